import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 20;

const WITHIN_MS = 20_000;

type BackendState = { name: string; health: string };

/** Resolves once the gateway reports all of its backends as healthy; rejects with their states after 20 s. */
export async function joined(origin: string): Promise<void> {
  const deadlineMs = performance.now() + WITHIN_MS;
  for (;;) {
    const response = await fetch(`${origin}/status`);
    const { backends } = (await response.json()) as { backends: BackendState[] };
    if (backends.every(({ health }) => health === "healthy")) return;
    if (performance.now() > deadlineMs) throw new Error(`Not joined: ${JSON.stringify(backends)}`);
    await delay(POLL_MS);
  }
}
