import type { IncomingMessage } from "node:http";
import type { Connection } from "./connection.ts";
import { Deadline } from "./deadline.ts";
import { ControllerError } from "./error.ts";
import { exchange } from "./exchange.ts";
import { linesOf } from "./lines.ts";
import { retryAfterMs } from "./retry-after.ts";
import type { ApiAnswer, ApiRequest, Transport, TransportOptions } from "./transport.ts";

const TIMEOUT_MS = 20_000;
const LARGEST_ANSWER = 256 * 1024 * 1024;
const LONGEST_LINE = 16 * 1024 * 1024;

/** HTTP/1.1 to an API server, over connections that are kept and reused. */
export function httpTransport(connection: Connection, options: TransportOptions): Transport {
  const { userAgent, timeoutMs = TIMEOUT_MS } = options;
  return {
    send: async (request) => {
      const deadline = new Deadline(timeoutMs, request.signal);
      try {
        return await answer(await exchange({ connection, userAgent, request, deadline }));
      } catch (error) {
        throw failure(request, deadline, error);
      } finally {
        deadline.settle();
      }
    },
    stream: async (request) => {
      const deadline = new Deadline(timeoutMs, request.signal);
      try {
        const response = await exchange({ connection, userAgent, request, deadline });
        if (response.statusCode === 200) {
          deadline.untime();
          return { status: 200, lines: streamed(request, response, deadline) };
        }
        const refusal = await answer(response);
        deadline.settle();
        return refusal;
      } catch (error) {
        deadline.settle();
        throw failure(request, deadline, error);
      }
    },
    close: () => connection.close(),
  };
}

async function* streamed(
  request: ApiRequest,
  response: IncomingMessage,
  deadline: Deadline,
): AsyncGenerator<string> {
  response.setEncoding("utf8");
  try {
    yield* linesOf(response as AsyncIterable<string>, LONGEST_LINE);
  } catch (error) {
    throw failure(request, deadline, error);
  } finally {
    deadline.settle();
    response.destroy();
  }
}

async function answer(response: IncomingMessage): Promise<ApiAnswer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LARGEST_ANSWER) {
      throw new ControllerError("bad-answer", `The answer is larger than ${LARGEST_ANSWER} bytes.`);
    }
    chunks.push(chunk);
  }
  const waitMs = retryAfterMs(response.headers["retry-after"]);
  return {
    status: response.statusCode ?? 0,
    body: parsed(Buffer.concat(chunks).toString("utf8")),
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function failure(request: ApiRequest, deadline: Deadline, cause: unknown): ControllerError {
  if (cause instanceof ControllerError) return cause;
  const what = `${request.method} ${request.path}`;
  switch (deadline.reason) {
    case "aborted":
      return new ControllerError("aborted", `${what} was given up by its caller.`, { cause });
    case "timed-out":
      return new ControllerError("timed-out", `${what} had no complete answer in time.`, { cause });
    case undefined: {
      const said = cause instanceof Error ? cause.message : String(cause);
      return new ControllerError("unreachable", `${what} did not get through: ${said}`, { cause });
    }
  }
}
