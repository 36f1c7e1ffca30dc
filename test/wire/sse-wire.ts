import { events, get, post } from "./http.ts";
import type { OpenWire } from "./wire.ts";

/** Speaks the HTTP+SSE transport of 2024-11-05: everything arrives on one stream, whose first event says where to POST. */
export function sseWire(url: string): OpenWire {
  return async (received) => {
    const over = new AbortController();
    const stream = events(await get(url, {}, over.signal));
    const first = await stream.next();
    if (first.value?.event !== "endpoint") throw new Error(`${url} opens with no endpoint event.`);
    const endpoint = new URL(first.value.data ?? "", url).href;
    const reading = (async () => {
      for await (const { data } of stream) if (data) received(data);
    })();
    return {
      send: async (text) => {
        const answer = await post(endpoint, text, {}, over.signal);
        const body = await answer.text();
        if (!answer.ok) throw new Error(`HTTP ${answer.status}: ${body.slice(0, 200)}`);
      },
      established: () => Promise.resolve(),
      close: async () => {
        over.abort();
        await reading.catch(() => undefined);
      },
    };
  };
}
