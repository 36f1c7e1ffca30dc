/** A host and a port. */
interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

const HOST_AND_PORT = /^(?:\[([0-9a-f:.]+)\]|([^\s:/@[\]]+)):(\d{1,5})$/i;

/** Reads `host:port`, where an IPv6 address stands in brackets; `undefined` for anything else. */
function hostAndPort(text: string): HostAndPort | undefined {
  const [, bracketed, plain, digits = ""] = HOST_AND_PORT.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

export { hostAndPort, type HostAndPort };
