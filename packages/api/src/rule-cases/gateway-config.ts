import type { Block, BlockCase } from "./rule-case.ts";

const http: Block = { name: "search", transport: "streamable-http", url: "https://example.com" };
const stdio: Block = { name: "files", transport: "stdio", command: "serve-files" };
const backends = (...list: readonly Block[]): Block => ({ backends: list });

const backendCases: readonly BlockCase[] = [
  {
    at: ".backends[0]",
    message: "url is required unless transport is stdio",
    accepted: backends(http),
    refused: backends({ name: "search", transport: "sse" }),
  },
  {
    at: ".backends[0]",
    message: "url must not be set when transport is stdio",
    accepted: backends(stdio),
    refused: backends({ ...stdio, url: "https://example.com" }),
  },
  {
    at: ".backends[0]",
    message: "command is required when transport is stdio",
    accepted: backends(stdio),
    refused: backends({ name: "files", transport: "stdio" }),
  },
  {
    at: ".backends[0]",
    message: "command, args, env and cwd may only be set when transport is stdio",
    accepted: backends({ ...stdio, args: ["--root", "/srv"], cwd: "/srv" }),
    refused: backends({ ...http, args: ["--root", "/srv"] }),
  },
  {
    at: ".backends[0]",
    message: "headers must not be set when transport is stdio",
    accepted: backends({ ...http, headers: { "X-Team": "platform" } }),
    refused: backends({ ...stdio, headers: { "X-Team": "platform" } }),
  },
];

const breaker = (timeout: string): Block => ({
  operational: { failureHandling: { circuitBreaker: { timeout } } },
});
const optimizer = (embeddingProvider: string, ...headers: readonly string[]): Block => ({
  optimizer: {
    embeddingProvider,
    embeddingHeaders: Object.fromEntries(headers.map((name) => [name, "value"])),
  },
});
const HEADER_NAMES =
  "embeddingHeaders names must be valid HTTP header names and must not include Authorization or Content-Type";

/** Cases of the gateway's configuration, but for its limits. */
export const gatewayConfigCases: readonly BlockCase[] = [
  ...backendCases,
  {
    at: ".operational.failureHandling.circuitBreaker.timeout",
    message: "timeout must be >= 1s",
    accepted: breaker("1s"),
    refused: breaker("999ms"),
  },
  {
    at: ".optimizer",
    message: "embeddingHeaders is only supported when embeddingProvider is 'openai'",
    accepted: optimizer("openai", "X-Key"),
    refused: optimizer("tei", "X-Key"),
  },
  {
    at: ".optimizer",
    message: HEADER_NAMES,
    accepted: optimizer("openai", "X-Key", "a!#$%&'*+.^_`|~z"),
    refused: optimizer("openai", "authorization"),
  },
  {
    at: ".optimizer",
    message: HEADER_NAMES,
    accepted: optimizer("openai", "X-Content-Type"),
    refused: optimizer("openai", "X Key"),
  },
];
