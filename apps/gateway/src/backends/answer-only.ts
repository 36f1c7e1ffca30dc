import type { GatewayError } from "../rpc/errors.ts";
import type { Exchange } from "./port.ts";

/** An exchange of which only the end matters. */
function answerOnly(
  answer: (text: string) => void,
  failed: (error: GatewayError) => void,
): Exchange {
  const ignore = (): void => undefined;
  return {
    interim: ignore,
    streaming: ignore,
    interrupted: ignore,
    answer,
    largeAnswer: () => {
      const chunks: Buffer[] = [];
      return {
        write: (chunk) => void chunks.push(chunk),
        end: () => answer(Buffer.concat(chunks).toString("utf8")),
        abort: failed,
      };
    },
    failed,
  };
}

export { answerOnly };
