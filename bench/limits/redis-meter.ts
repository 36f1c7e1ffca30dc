import type { RedisServer } from "@headgate/redis-server-for-tests";

/** Processor time of the main thread of Redis since it started, in µs. */
export async function redisCpuMicros(server: RedisServer): Promise<number> {
  const text = await server.command("INFO", "cpu");
  return (
    (numberIn(text, "used_cpu_user_main_thread") + numberIn(text, "used_cpu_sys_main_thread")) * 1e6
  );
}

/** Bytes that Redis has allocated. */
export async function usedMemory(server: RedisServer): Promise<number> {
  return numberIn(await server.command("INFO", "memory"), "used_memory");
}

/** Bytes that Redis has replicated since it has a replica. */
export async function replicatedBytes(server: RedisServer): Promise<number> {
  return numberIn(await server.command("INFO", "replication"), "master_repl_offset");
}

/** The process id of a server. */
export async function pidOf(server: RedisServer): Promise<number> {
  return numberIn(await server.command("INFO", "server"), "process_id");
}

function numberIn(text: string, name: string): number {
  const value = new RegExp(`^${name}:([\\d.]+)`, "m").exec(text)?.[1];
  if (value === undefined) throw new Error(`INFO does not tell ${name}`);
  return Number(value);
}
