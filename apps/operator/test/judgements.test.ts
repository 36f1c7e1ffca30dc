import { globSync, readFileSync } from "node:fs";
import type { KubeObject } from "@headgate/controller";
import { expect, test } from "vitest";
import { parseAllDocuments, stringify } from "yaml";
import { JUDGED_KINDS } from "../src/kinds.ts";
import type { Judgement } from "../src/reconciler/judged-kind.ts";
import { cachesOf, clientOf, readsOf } from "./known-objects.ts";

const FOLDER = new URL("judgements/", import.meta.url);
const NOW_MS = Date.parse("2026-01-02T03:04:05Z");

const cases = globSync("*/*.in.yaml", { cwd: FOLDER }).toSorted();

/** What is to become of the first object of a list. */
async function judgementOf(objects: readonly KubeObject[]): Promise<Judgement<object>> {
  const [object] = objects;
  const cache = object && cachesOf(object)[0];
  const kind = JUDGED_KINDS.find(({ of }) => of === cache);
  if (object === undefined || kind === undefined) throw new Error("Nobody judges this kind.");
  // Every one of them is given what it asks for; only the compiler cannot follow that.
  const observed = kind.observe(readsOf(objects), object as never);
  const from = { client: clientOf(objects), signal: AbortSignal.timeout(1_000) };
  const complete = (await kind.completer?.()(observed as never, from)) ?? observed;
  return kind.judge(complete as never, NOW_MS);
}

function objectsIn(file: string): readonly KubeObject[] {
  const documents = parseAllDocuments(readFileSync(new URL(file, FOLDER), "utf8"));
  return documents.map((document): KubeObject => {
    const object = document.toJS() as KubeObject;
    return { ...object, metadata: { namespace: "tools", ...object.metadata } };
  });
}

test.each(cases)("%s is judged as its golden file says", async (file) => {
  const judgement = await judgementOf(objectsIn(file));
  const golden = new URL(file.replace(/\.in\.yaml$/, ".out.yaml"), FOLDER);
  const text = stringify(judgement, { aliasDuplicateObjects: false, lineWidth: 0 });
  await expect(text).toMatchFileSnapshot(golden.pathname);
});

test.each(cases)("%s is judged the same once its judgement is written", async (file) => {
  const [object, ...others] = objectsIn(file);
  if (object === undefined) throw new Error("An empty file.");
  const before = await judgementOf([object, ...others]);
  const { status } = before;
  const written = status === undefined ? object : ({ ...object, status } as KubeObject);
  const { happenings: _told, ...silent } = before;
  // Once a status is withdrawn, the object is as if nobody had ever looked at it.
  const withdrawn = status !== undefined && Object.keys(status).length === 0;
  const after = await judgementOf(withdrawn ? [object, ...others] : [written, ...others]);
  expect(after).toEqual(silent);
});
