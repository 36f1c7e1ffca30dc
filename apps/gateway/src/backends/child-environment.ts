/** What a program needs to find its files, its user's settings and its certificates, and nothing that is a secret. */
const INHERITED: ReadonlySet<string> = new Set([
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "TERM",
  "TMPDIR",
  "TMP",
  "TEMP",
  "TZ",
  "LANG",
  "LANGUAGE",
  "XDG_CACHE_HOME",
  "XDG_CONFIG_HOME",
  "XDG_DATA_HOME",
  "XDG_STATE_HOME",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
]);

/**
 * The environment of a stdio server: a short list of what the gateway itself has, and all that its
 * configuration gives. Everything else of the gateway's, such as its tokens, stays out of its reach.
 */
function childEnvironment(
  gateway: Readonly<Record<string, string | undefined>>,
  configured: Readonly<Record<string, string>>,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(gateway))
    if (value !== undefined && (INHERITED.has(name) || name.startsWith("LC_")))
      environment[name] = value;
  return { ...environment, ...configured };
}

/** Puts `[NAME]` wherever a line shows the value of a configured variable, because such values are often secrets. */
function withoutValues(line: string, configured: Readonly<Record<string, string>>): string {
  let shown = line;
  for (const [name, value] of Object.entries(configured))
    if (value.length >= 6) shown = shown.replaceAll(value, `[${name}]`);
  return shown;
}

export { childEnvironment, withoutValues };
