import { lookup as systemLookup, type LookupAddress, type LookupOptions } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { isPrivateAddress } from "./private-address.ts";

/** How a name becomes addresses; that of the system unless a test gives another. */
type Resolve = (
  name: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** The code of the error for a name that leads to no public address. */
const PRIVATE_ADDRESS = "ERR_PRIVATE_ADDRESS";

/**
 * A lookup for sockets that gives public addresses only. Checked when a connection is made, as what a name
 * stands for may change between a check and its use. Sockets do not look up a host that is an address: for
 * those there is `isPrivateHost`.
 */
function guardedLookup(resolve: Resolve = systemLookup): LookupFunction {
  return (name, options, callback) => {
    resolve(name, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const allowed = addresses.filter(({ address }) => !isPrivateAddress(address));
      const [first] = allowed;
      if (first === undefined)
        return callback(
          Object.assign(new Error("not a public address"), { code: PRIVATE_ADDRESS }),
          [],
        );
      if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

/** Whether the host of a URL is an address, and one that is not public. */
function isPrivateHost(hostname: string): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, "$1");
  return isIP(address) !== 0 && isPrivateAddress(address);
}

export { guardedLookup, isPrivateHost, PRIVATE_ADDRESS, type Resolve };
