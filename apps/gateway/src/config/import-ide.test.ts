import { expect, test } from "vitest";
import { importIde } from "./import-ide.ts";

function imported(text: string, env: Record<string, string> = {}) {
  const result = importIde({ text, env });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result;
}

function problemsOf(text: string) {
  const result = importIde({ text, env: {} });
  return result.ok
    ? []
    : result.problems.map(
        ({ line, column, path, message }) => `${line}:${column} ${path} ${message}`,
      );
}

test("the file of Claude Desktop and Cursor becomes backends", () => {
  const { config } = imported(
    JSON.stringify({
      mcpServers: {
        memory: {
          command: "npx",
          args: ["-y", "server-memory"],
          env: { PORT: 1, A: "b" },
          cwd: "/tmp",
        },
        web: {
          url: "https://a.example/mcp",
          headers: { Authorization: "Bearer ${env:TOKEN}", "X-A": "b" },
        },
        events: { url: "https://a.example/sse" },
      },
    }),
    { TOKEN: "s3cr3t" },
  );
  expect(config.backends).toMatchObject([
    {
      name: "memory",
      transport: "stdio",
      command: "npx",
      args: ["-y", "server-memory"],
      env: { PORT: "1", A: "b" },
      cwd: "/tmp",
    },
    {
      name: "web",
      transport: "streamable-http",
      url: "https://a.example/mcp",
      headers: { Authorization: "Bearer s3cr3t", "X-A": "b" },
    },
    { name: "events", transport: "sse", url: "https://a.example/sse" },
  ]);
  expect(config.incomingAuth.type).toBe("anonymous");
});

test("the file of VS Code, with its comments, becomes backends", () => {
  const { config } = imported(`{
\t// our servers
\t"inputs": [],
\t"servers": {
\t\t"a": { "type": "http", "url": "http://127.0.0.1/mcp" /* local */ },
\t\t"b": { "type": "stdio", "command": "b", },
\t}
}`);
  expect(config.backends.map(({ name, transport }) => [name, transport])).toEqual([
    ["a", "streamable-http"],
    ["b", "stdio"],
  ]);
});

test.each([
  ["sse", "sse"],
  ["http", "streamable-http"],
  ["streamable-http", "streamable-http"],
  ["streamableHttp", "streamable-http"],
])("transport %s is %s", (transport, ours) => {
  const { config } = imported(
    JSON.stringify({ mcpServers: { a: { url: "http://a", transport } } }),
  );
  expect(config.backends[0]?.transport).toBe(ours);
});

test("names become valid ones, always the same and each its own", () => {
  const entry = { command: "a" };
  const { config } = imported(
    JSON.stringify({
      mcpServers: { "my server": entry, "my/server": entry, "my-server": entry, 数: entry },
    }),
  );
  expect(config.backends.map(({ name }) => name)).toEqual([
    "my-server",
    "my-server-2",
    "my-server-3",
    "server",
  ]);
});

test("a disabled server is left out with a warning", () => {
  const { config, warnings } = imported(
    '{"mcpServers": {"a": {"command": "a"}, "b": {"command": "b", "disabled": true}}}',
  );
  expect(config.backends.map(({ name }) => name)).toEqual(["a"]);
  expect(warnings).toMatchObject([{ path: "mcpServers.b", message: "is disabled, and left out" }]);
});

test("what is wrong is told where the file says it", () => {
  expect(
    problemsOf(`{
  "mcpServers": {
    "a": {},
    "b": { "command": "a", "url": "http://b" },
    "c": { "url": "ftp://c" },
    "d": { "url": "http://d", "type": "grpc" },
    "e": { "command": "e", "envFile": ".env" },
    "f": { "url": "http://f", "headers": { "X-Key": "\${input:key}" } },
    "g": { "command": "g", "env": { "A": "\${MISSING}" } }
  }
}`),
  ).toEqual([
    "3:10 mcpServers.a has neither a command nor a url",
    "4:10 mcpServers.b has a command and an address; keep one of them",
    "5:19 mcpServers.c.url must start with http:// or https://",
    "6:39 mcpServers.d.type must be http, streamable-http or sse for a url",
    "7:28 mcpServers.e.envFile is not understood here",
    "8:53 mcpServers.f.headers.X-Key has ${…} around something that is not the name of an environment variable",
    "9:42 mcpServers.g.env.A needs the environment variable MISSING, which is not set",
  ]);
});

test.each([
  ["{}", "1:1  has no mcpServers"],
  ['{"mcpServers": []}', "1:1  has no mcpServers"],
  ['{"mcpServers": {"a": 3}}', "1:22 mcpServers.a must be a mapping, but this is a whole number"],
  [
    '{"mcpServers": {"a": {"args": "b"}}}',
    "1:31 mcpServers.a.args must be a list, but this is a text",
  ],
])("%s is refused", (text, problem) => {
  expect(problemsOf(text)).toEqual([problem]);
});
