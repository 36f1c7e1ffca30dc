import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";

/** A port of an address of this machine on which nobody listened a moment ago. */
export async function freePort(address = "127.0.0.1"): Promise<number> {
  const server = createServer().listen(0, address);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
