import { BlockList, isIP } from "node:net";

/** IPv4 networks that are not the public Internet (IANA's registry of special purposes). */
const IPV4: readonly (readonly [network: string, prefix: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

/** What is not public within 2000::/3; everything outside of it is not public anyway. */
const IPV6: readonly (readonly [network: string, prefix: number])[] = [
  // Teredo and other tunnels, benchmarks, ORCHID.
  ["2001::", 23],
  ["2001:db8::", 32],
  // 6to4 leads to any IPv4 address, private ones too.
  ["2002::", 16],
  ["3fff::", 20],
];

const special = new BlockList();
for (const [network, prefix] of IPV4) special.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of IPV6) special.addSubnet(network, prefix, "ipv6");

const globalUnicast = new BlockList();
globalUnicast.addSubnet("2000::", 3, "ipv6");

/** Whether an IP address is one of this machine, of a private network, or otherwise not of the public Internet. */
function isPrivateAddress(address: string): boolean {
  // The scope of a link-local address (`%eth0`) is no part of it.
  const [bare = ""] = address.split("%", 1);
  switch (isIP(bare)) {
    case 4:
      return special.check(bare, "ipv4");
    case 6:
      return !globalUnicast.check(bare, "ipv6") || special.check(bare, "ipv6");
    default:
      return true;
  }
}

export { isPrivateAddress };
