import type { Writable } from "node:stream";
import { Command } from "ioredis";
import { errorOfReply } from "./error-reply.ts";
import { RedisError } from "./error.ts";
import { writeAtOnce } from "./one-write.ts";

// Written in place of a call that was given up while it waited for a node's connection: so it is certain not to run.
const PING = "*1\r\n$4\r\nPING\r\n";

const utf8 = { replyEncoding: "utf8" } as const;

/** One command on its way, which knows whether it has left. */
export class Call extends Command {
  written = false;
  /** On the connection's clock. */
  dueMs: number;

  constructor(name: string, args: readonly (string | number)[], dueMs: number) {
    // The library makes an array of its own.
    super(name, args as (string | number)[], utf8);
    this.dueMs = dueMs;
  }

  override toWritable(socket: object): string | Buffer {
    writeAtOnce(socket as Writable);
    if (this.isSettled) return PING;
    this.written = true;
    return super.toWritable(socket);
  }

  /** In a Cluster an error reply may send the call elsewhere; whatever becomes of it there, here it was not executed. */
  noteRedirections(): void {
    const reject = this.reject;
    this.reject = (error) => {
      if (error.name === "ReplyError" && errorOfReply(error.message).executed === "no")
        this.written = false;
      reject(error);
    };
  }
}

const REDIRECTED = "Too many Cluster redirections. Last error: ReplyError: ";

/** What a failed call comes to; `lost` says why there is no connection, if there is none. */
export function failureOf(call: Call, error: Error, lost: RedisError | undefined): RedisError {
  if (error instanceof RedisError) return error;
  if (error.name === "ReplyError") return errorOfReply(error.message);
  if (error.message.startsWith(REDIRECTED))
    return errorOfReply(error.message.slice(REDIRECTED.length));
  const why = lost === undefined ? "" : `: ${lost.message}`;
  if (!call.written) {
    if (lost?.code === "closed") return lost;
    const known = lost === undefined ? {} : { errorClass: lost.errorClass };
    return new RedisError("not-connected", `No connection to Redis${why}`, known);
  }
  return new RedisError(
    "connection-lost",
    `The connection to Redis was lost before it answered; it may have executed the call${why}`,
  );
}

/** What a call that was given up comes to. */
export function deadlineMissed(written: boolean): RedisError {
  return written
    ? new RedisError("deadline", "Redis did not answer in time; it may have executed the call")
    : new RedisError("deadline", "The call could not be sent in time", { executed: "no" });
}
