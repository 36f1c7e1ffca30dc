import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { checkConfig } from "@headgate/gateway-config";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { objectsFrom } from "./observed-objects.ts";
import { type Planned, planned } from "./planned.ts";

// What a plan comes to, written out. After a change that is meant: vitest run apps/operator/test/golden.test.ts -u
const FOLDER = join(import.meta.dirname, "golden");
const cases = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".in.yaml"))
  .map((file) => file.replace(/\.in\.yaml$/, ""));

test.each(cases)("%s", async (name) => {
  const result = planned(objectsFrom(read(name)));
  await expect(shown(result)).toMatchFileSnapshot(join(FOLDER, `${name}.out.yaml`));
});

test.each(cases)("%s is the same for the same objects in any order", (name) => {
  const objects = objectsFrom(read(name));
  expect(shown(planned(objects.toReversed()))).toBe(shown(planned(objects)));
});

test.each(cases)("%s is a configuration that a gateway runs, or none", (name) => {
  const { plan } = planned(objectsFrom(read(name)));
  const text = configText({ plan });
  if (text === undefined) return;
  const container = plan.objects?.deployments["spec"] as Template;
  const env = container.template.spec.containers[0]?.env ?? [];
  const values = Object.fromEntries(env.map((one) => [one.name, one.value ?? "from a Secret"]));
  const { findings, config } = checkConfig(parse(text), values);
  expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(config?.name).toBe(plan.objects?.deployments.metadata.name);
});

interface Template {
  readonly template: {
    readonly spec: {
      readonly containers: readonly { env: readonly { name: string; value?: string }[] }[];
    };
  };
}

function configText({ plan }: Pick<Planned, "plan">): string | undefined {
  const data = plan.objects?.configMaps["data"] as Record<string, string> | undefined;
  return data?.["config.yaml"];
}

function read(name: string): string {
  return readFileSync(join(FOLDER, `${name}.in.yaml`), "utf8");
}

function shown({ plan, status }: Planned): string {
  return stringify(
    { stop: plan.stop, objects: plan.objects ?? "untouched", status },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}
