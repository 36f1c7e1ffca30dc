import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { mustRun } from "./run.ts";

/** The root of the checkout. */
export const root = join(import.meta.dirname, "../..");

/** A member of the workspace that goes to the registry. */
export interface Publishable {
  readonly name: string;
  /** The last part of the name, which is also that of its folder. */
  readonly short: string;
  readonly folder: string;
  readonly version: string;
  /** A library is imported, a program is run. */
  readonly kind: "library" | "program";
}

/** Every member of the workspace that is not private. */
export async function publishables(): Promise<Publishable[]> {
  const groups = ["packages", "apps"].map(async (group) => {
    const names = await readdir(join(root, group));
    return names.toSorted().map((name) => join(root, group, name));
  });
  const folders = (await Promise.all(groups)).flat();
  const found = await Promise.all(folders.map(readMember));
  return found.filter((member) => member !== undefined);
}

async function readMember(folder: string): Promise<Publishable | undefined> {
  const text = await readFile(join(folder, "package.json"), "utf8");
  const { name, version, exports, ...rest } = JSON.parse(text) as Record<string, unknown>;
  if (rest["private"] === true || typeof name !== "string") return undefined;
  const short = name.replace(/^.*\//, "");
  const kind = exports === undefined ? "program" : "library";
  return { name, short, folder, version: String(version), kind };
}

/** Packs a member as it would be published and answers the path of the archive. */
export async function pack(member: Publishable, destination: string): Promise<string> {
  if (!existsSync(join(member.folder, "dist"))) {
    throw new Error(`${member.name} is not built: run \`npm run build\` first.`);
  }
  const args = ["pack", "--json", "--pack-destination", destination];
  const output = await mustRun("pnpm", args, member.folder, process.env);
  const { filename } = JSON.parse(output.slice(output.indexOf("{"))) as { filename: string };
  return filename;
}
