import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCertificates } from "./certificates.ts";
import type { RedisServerOptions } from "./server.ts";

/** Options for servers that talk to each other: with `tls: true`, all of them with certificates of one authority. */
export async function sharedCertificates(
  options: RedisServerOptions,
): Promise<{ readonly options: RedisServerOptions; remove(): Promise<void> }> {
  if (options.tls !== true) return { options, remove: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), "redis-for-tests-"));
  const tls = await makeCertificates(folder);
  return { options: { ...options, tls }, remove: () => rm(folder, { recursive: true }) };
}
