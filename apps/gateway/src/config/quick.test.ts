import { expect, test } from "vitest";
import { quickConfig } from "./quick.ts";

function quick(backends: string[], headers: string[] = [], env: Record<string, string> = {}) {
  return quickConfig({ backends, headers }, env);
}

function problemsOf(backends: string[], headers: string[] = []) {
  const result = quick(backends, headers);
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path} ${message}`);
}

test("a URL and a command become backends of an anonymous gateway that prefixes names", () => {
  const result = quick([
    "web=https://a.example/mcp",
    "old=http://a.example/sse",
    "files=npx -y 'some server' .",
  ]);
  expect(result).toMatchObject({
    ok: true,
    warnings: [],
    config: {
      incomingAuth: { type: "anonymous" },
      outgoingAuth: { source: "inline" },
      aggregation: {
        conflictResolution: "prefix",
        conflictResolutionConfig: { prefixFormat: "{workload}_" },
      },
      backends: [
        { name: "web", transport: "streamable-http", url: "https://a.example/mcp" },
        { name: "old", transport: "sse", url: "http://a.example/sse" },
        { name: "files", transport: "stdio", command: "npx", args: ["-y", "some server", "."] },
      ],
    },
  });
});

test("headers go to the backend they name, with variables replaced", () => {
  const result = quick(
    ["a=http://a/mcp", "b=http://b/mcp"],
    ["a:Authorization=Bearer ${TOKEN}=", "a:X-Tenant=t"],
    { TOKEN: "s3cr3t" },
  );
  expect(result).toMatchObject({
    config: {
      backends: [
        { name: "a", headers: { Authorization: "Bearer s3cr3t=", "X-Tenant": "t" } },
        { name: "b" },
      ],
    },
  });
});

test("every mistake is told at once, with the flag it is in", () => {
  expect(
    problemsOf(
      ["nothing", "a b=http://a", "ok=http://ok/", "open='x", "nul=''"],
      ["ok", "other:K=V"],
    ),
  ).toEqual([
    "--backend[0] must be name=URL or name='command and arguments'",
    "--backend[1] must be name=URL or name='command and arguments'",
    "--backend[3] has a ' without its partner",
    "--backend[4] has an empty command",
    "--header[0] must be name:Header=value",
    "--header[1] is for other, which no --backend names",
  ]);
});

test("a command takes no headers", () => {
  expect(problemsOf(["a=npx"], ["a:K=V"])).toEqual([
    "--header[0] is for a, which is a command and takes no headers",
  ]);
});

test("what the flags make is checked like a file", () => {
  expect(problemsOf(["a=http://a", "a=http://u:p@b"], ["a:Host=x"])).toEqual([
    "backends[0].headers.Host belongs to the connection, and is written by the gateway",
    "backends[1].name is the name of backends[0] as well; names are unique",
    "backends[1].url must not hold credentials, as addresses are logged",
    "backends[1].headers.Host belongs to the connection, and is written by the gateway",
  ]);
});
