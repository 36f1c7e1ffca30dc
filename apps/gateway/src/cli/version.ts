/** The line that `headgate version` prints. */
function versionLine(version: string, nodeVersion: string): string {
  return `headgate ${version} (node ${nodeVersion})\n`;
}

export { versionLine };
