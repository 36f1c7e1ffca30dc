import { expect, test } from "vitest";
import { remoteUrlProblem } from "./remote-url.ts";

const NEVER = `
  http://localhost/mcp http://LOCALHOST:8080 http://a.localhost/ https://localhost.
  http://127.0.0.1 http://127.8.9.10/ http://2130706433/ http://0x7f.1/ http://0177.0.0.1/ http://127.1/
  http://0.0.0.0/ http://0.1.2.3/ http://169.254.169.254/latest/ http://[::1]/ http://[::]/
  http://[fe80::1]/ http://[::ffff:127.0.0.1]/ http://[::ffff:169.254.169.254]/
  https://kubernetes.default https://kubernetes.default.svc/ https://kubernetes.default.svc.cluster.local
  http://metadata.google.internal/computeMetadata http://metadata.google.internal./
  http://someone@127.0.0.1/ http://%31%32%37.0.0.1/
`;
const PRIVATE = `
  http://10.0.0.1/mcp https://10.255.255.255 http://172.16.0.1 http://172.31.255.255 http://192.168.1.1
  http://[fc00::1]/ http://[fd12:3456::1]/ http://[::ffff:10.0.0.1]/
  http://mcp.tools.svc.cluster.local/mcp http://MCP.TOOLS.SVC.CLUSTER.LOCAL http://cluster.local/
`;
const PUBLIC = `
  https://mcp.example.com/mcp http://mcp.example.com:8080 https://1.1.1.1/ https://172.32.0.1 http://11.0.0.1
  http://[2606:4700::1111]/ http://mcp-server https://localhost.example.com https://notcluster.local.example.com
  https://kubernetes.default-gateway.example.com https://mycluster.local
`;
const list = (text: string) => text.trim().split(/\s+/);
const asked = (url: string, allowPrivate: boolean) =>
  remoteUrlProblem(url, { allowPrivate }) === undefined;

test.each(list(NEVER))("%s is never asked", (url) => {
  expect([asked(url, false), asked(url, true)]).toEqual([false, false]);
});

test.each(list(PRIVATE))("%s is asked when that is allowed", (url) => {
  expect([asked(url, false), asked(url, true)]).toEqual([false, true]);
});

test.each(list(PUBLIC))("%s is asked", (url) => {
  expect([asked(url, false), asked(url, true)]).toEqual([true, true]);
});

test.each([
  "",
  "mcp.example.com",
  "ftp://mcp.example.com",
  "http://",
  "https://[::1",
  "http:///x y",
])("%j is no address", (url) => {
  expect(remoteUrlProblem(url, { allowPrivate: true })).toBeDefined();
});

test("a refusal names the host and no more of the address", () => {
  const url = "http://user:secret@10.0.0.1/path?key=secret";
  expect(remoteUrlProblem(url, { allowPrivate: false })).toBe(
    'The host "10.0.0.1" of the remoteUrl is in a private network. Set allowPrivateEndpoint to allow it.',
  );
});
