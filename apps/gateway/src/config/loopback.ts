import { isIP } from "node:net";

/** Whether only programs on this machine can reach a listener on the host; so it is for the empty host, which means the default. */
function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  if (bare === "" || bare === "localhost") return true;
  if (isIP(bare) === 4) return bare.startsWith("127.");
  return isIP(bare) === 6 && /^(0*:)*:?0*1$|^::ffff:127\./.test(bare);
}

export { isLoopbackHost };
