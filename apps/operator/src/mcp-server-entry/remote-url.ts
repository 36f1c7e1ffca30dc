import { BlockList, isIP } from "node:net";

/** Networks in which this machine, its neighbours or a cloud's metadata are: no remote server is ever there. */
const NEVER = blockList(
  [
    ["0.0.0.0", 8],
    ["127.0.0.0", 8],
    ["169.254.0.0", 16],
  ],
  [
    ["::", 128],
    ["::1", 128],
    ["fe80::", 10],
  ],
);
/** Networks of an organisation. */
const PRIVATE = blockList(
  [
    ["10.0.0.0", 8],
    ["172.16.0.0", 12],
    ["192.168.0.0", 16],
  ],
  [["fc00::", 7]],
);

const NEVER_NAMED = /^(.*\.)?localhost$|^kubernetes\.default(\..*)?$|^metadata\.google\.internal$/;
const IN_CLUSTER = /(^|\.)cluster\.local$/;

/**
 * Why an address may not be a remote MCP server's, in a sentence; undefined when it may. Guards against requests that
 * somebody who may write entries lets the gateway make in its own network. Names are judged as written, not resolved.
 */
export function remoteUrlProblem(
  text: string,
  { allowPrivate }: { readonly allowPrivate: boolean },
): string | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === "") {
    return "The remoteUrl is not a valid http or https address.";
  }
  // What is one name or address to a resolver is made to look so, whatever way it is written.
  const host = url.hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "");
  const shown = `The host ${JSON.stringify(host)} of the remoteUrl`;
  if (NEVER_NAMED.test(host) || isIn(NEVER, host)) {
    return `${shown} is inside the cluster or this machine, where no remote server may be.`;
  }
  if (allowPrivate) return undefined;
  if (IN_CLUSTER.test(host) || isIn(PRIVATE, host)) {
    return `${shown} is in a private network. Set allowPrivateEndpoint to allow it.`;
  }
  return undefined;
}

type Networks = readonly (readonly [network: string, prefix: number])[];

function blockList(ipv4: Networks, ipv6: Networks): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ipv4) list.addSubnet(network, prefix, "ipv4");
  for (const [network, prefix] of ipv6) list.addSubnet(network, prefix, "ipv6");
  return list;
}

// An IPv4 address inside an IPv6 one is checked as what it is.
function isIn(list: BlockList, host: string): boolean {
  const family = isIP(host);
  if (family === 0) return false;
  return list.check(host, family === 4 ? "ipv4" : "ipv6");
}
