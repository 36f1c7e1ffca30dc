import { error, type Finding, type Path } from "../problem.ts";

/** What is wrong with the path of a file of certificates, or of a token. */
function certificatePathRule(path: string, place: Path): Finding[] {
  if (path.includes("\0")) return [error(place, "must not have a NUL character")];
  if (!path.startsWith("/")) return [error(place, "must be an absolute path")];
  if (path.split("/").includes("..")) return [error(place, "must not have .. in it")];
  return [];
}

export { certificatePathRule };
