import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { AuditLog, countWrites } from "./audit.ts";

async function auditFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "headgate-audit-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "audit.log");
  await writeFile(file, "");
  return file;
}

const record = (name: string, subresource?: string) =>
  `${JSON.stringify({
    requestReceivedTimestamp: "2026-11-21T12:00:00.000001Z",
    verb: "patch",
    user: { username: "operator" },
    userAgent: "headgate",
    objectRef: { resource: "widgets", subresource, namespace: "n", name },
    responseStatus: { code: 200 },
  })}\n`;

test("only what came after the mark is read, and never half a record", async () => {
  const file = await auditFile();
  const log = new AuditLog(file);
  await appendFile(file, record("before"));
  const mark = await log.mark();
  await appendFile(file, record("after", "status") + record("half").slice(0, 40));
  expect(await log.writes(mark)).toEqual([
    {
      atMs: Date.parse("2026-11-21T12:00:00Z"),
      verb: "patch",
      user: "operator",
      userAgent: "headgate",
      resource: "widgets/status",
      namespace: "n",
      name: "after",
      code: 200,
    },
  ]);
  expect(countWrites(await log.writes(), ({ resource }) => resource)).toEqual(
    new Map([
      ["widgets", 1],
      ["widgets/status", 1],
    ]),
  );
});
