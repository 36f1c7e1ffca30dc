import { expect, test } from "vitest";
import { isPrivateAddress } from "./private-address.ts";

const PRIVATE = `
  0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1
  172.31.255.255 192.0.0.8 192.168.1.1 198.18.0.1 203.0.113.7 224.0.0.1 240.0.0.1
  255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 100::1 fc00::1
  fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1 2001::1 2001:db8::1 2002:7f00:1:: 3fff::1
  localhost 1.2.3 999.1.1.1
`;

const PUBLIC = `
  1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1
  169.253.255.255 172.15.255.255 172.32.0.0 192.167.255.255 192.169.0.0 223.255.255.255
  2606:4700::1111 2a00:1450::1 2001:4860:4860::8888 2400:cb00::1
`;

test.each(PRIVATE.trim().split(/\s+/))("%s is not public", (address) => {
  expect(isPrivateAddress(address)).toBe(true);
});

test.each(PUBLIC.trim().split(/\s+/))("%s is public", (address) => {
  expect(isPrivateAddress(address)).toBe(false);
});
