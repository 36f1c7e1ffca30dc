import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ROOT } from "../docs/markdown.ts";

const FOLDER = join(ROOT, "deploy/images");
const apps = (await readdir(FOLDER)).toSorted();
const NODE = (await readFile(join(ROOT, ".node-version"), "utf8")).trim();

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Release {
  readonly jobs: {
    readonly images: {
      readonly strategy: { readonly matrix: { readonly app: readonly string[] } };
      readonly steps: readonly Step[];
    };
  };
}

/** The instructions of a Dockerfile's stages, each with what follows its name. */
function stagesOf(dockerfile: string): readonly ReadonlyMap<string, readonly string[]>[] {
  const stages: Map<string, string[]>[] = [];
  for (const line of dockerfile.split("\n")) {
    const [, name = "", rest = ""] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (name === "FROM") stages.push(new Map());
    const stage = stages.at(-1);
    if (stage !== undefined && name !== "") stage.set(name, [...(stage.get(name) ?? []), rest]);
  }
  return stages;
}

test("there is an image of each app", async () => {
  expect(apps).toEqual((await readdir(join(ROOT, "apps"))).toSorted());
});

describe.each(apps)("the image of the %s", async (app) => {
  const stages = stagesOf(await readFile(join(FOLDER, app, "Dockerfile"), "utf8"));
  const [build, image] = [stages[0], stages[1]];

  test("is built by the Node.js that everything is tested with, and runs on the same", () => {
    expect(stages).toHaveLength(2);
    const [major] = NODE.split(".");
    expect(build?.get("FROM")?.join()).toContain(`/node:${NODE}-`);
    expect(image?.get("FROM")?.join()).toMatch(
      new RegExp(`^gcr.io/distroless/nodejs${major}-debian\\d+:nonroot$`),
    );
  });

  test("takes nothing but what the build leaves, each file of which is there", () => {
    const copies = image?.get("COPY") ?? [];
    const sources = copies.map((copy) => /^--from=build \/src\/(\S+) \/app\/\S+$/.exec(copy)?.[1]);
    expect(sources).toEqual([`apps/${app}/dist/main.js`, `apps/${app}/dist/LICENSES.txt`]);
    expect(sources.filter((source) => !existsSync(join(ROOT, source ?? "")))).toEqual([]);
  });

  test("starts the bundle, without a shell and without anybody's rights", () => {
    expect(image?.get("ENTRYPOINT")).toEqual(['["/nodejs/bin/node", "/app/main.js"]']);
    expect(image?.get("USER")?.join()).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(image?.has("RUN")).toBe(false);
  });
});

test("each release has every image for both architectures, with its contents and its origin", async () => {
  const text = await readFile(join(ROOT, ".github/workflows/release.yml"), "utf8");
  const { images } = (parse(text) as Release).jobs;
  expect(images.strategy.matrix.app.toSorted()).toEqual(apps);
  const built = images.steps.filter(({ uses = "" }) => uses.startsWith("docker/build-push-action"));
  expect(built).toHaveLength(1);
  expect(built[0]?.with).toMatchObject({
    context: ".",
    file: "deploy/images/${{ matrix.app }}/Dockerfile",
    platforms: "linux/amd64,linux/arm64",
    provenance: "mode=max",
    sbom: true,
    push: true,
  });
});
