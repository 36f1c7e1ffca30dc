import { expect, test } from "vitest";
import type { RedisOptions } from "./options.ts";
import { settingsOf } from "./settings.ts";

const single = { kind: "single", host: "h", port: 6379 } as const;

test("everything but the topology has a default", () => {
  expect(settingsOf({ topology: single })).toMatchObject({
    db: 0,
    connectTimeoutMs: 1000,
    deadlineMs: 1000,
    clientName: "headgate",
  });
});

const refused: [RedisOptions, RegExp][] = [
  [{ topology: { kind: "cluster", nodes: [] } }, /list of servers is empty/],
  [{ topology: { ...single, port: 70_000 } }, /port 70000 of h/],
  [{ topology: { ...single, host: "" } }, /host is empty/],
  [{ topology: { kind: "cluster", nodes: [single] }, db: 1 }, /only db 0/],
  [{ topology: single, deadlineMs: 0 }, /deadlineMs is 0/],
  [{ topology: single, tls: { cert: "-----BEGIN " } }, /one of cert and key/],
  [{ topology: single, tls: { ca: "secret" } }, /tls.ca is not PEM text/],
  [{ topology: single, tls: { cert: "secret", key: "secret" } }, /tls.cert is not PEM text/],
  [{ topology: single, tls: { ca: "-----BEGIN CERTIFICATE-----\nx" } }, /tls.ca is not PEM text/],
];

test.each(refused)("options that could never connect are refused: %j", (options, message) => {
  const read = () => settingsOf(options);
  expect(read).toThrow(message);
  expect(read).not.toThrow(/secret/);
});
