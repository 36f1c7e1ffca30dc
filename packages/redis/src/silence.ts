import type { Redis } from "ioredis";

const LOOKS = 4;

/**
 * Ends a connection whose server owes a reply and has said nothing for `longestMs`, a quarter more at most: a peer that
 * is gone without a word would otherwise be waited for as long as TCP retransmits, a quarter of an hour. It looks now
 * and then, where the library's `socketTimeout` has each round trip pay for a timer and a listener.
 */
export function endWhenSilent(client: Redis, longestMs: number): void {
  let looking: NodeJS.Timeout | undefined;
  client.on("connect", () => {
    clearInterval(looking);
    const { stream } = client;
    let bytesRead = 0;
    let silentLooks = 0;
    looking = setInterval(() => {
      const isSilent = client.commandQueue.length > 0 && stream.bytesRead === bytesRead;
      bytesRead = stream.bytesRead;
      silentLooks = isSilent ? silentLooks + 1 : 0;
      // What is owed at the first look may have been sent just before it.
      if (silentLooks > LOOKS)
        stream.destroy(new Error(`Redis owes replies and has said nothing for ${longestMs} ms`));
    }, longestMs / LOOKS).unref();
  });
  client.on("close", () => clearInterval(looking));
}
