import type { Writable } from "node:stream";
import { Command } from "ioredis";
import { asciiTextOf } from "./ascii-text.ts";
import { errorOfReply } from "./error-reply.ts";
import { RedisError } from "./error.ts";
import { writeAtOnce } from "./one-write.ts";

// Written in place of a call that was given up while it waited for a node's connection: so it is certain not to run.
const PING = "*1\r\n$4\r\nPING\r\n";

const utf8 = { replyEncoding: "utf8" } as const;

/** One command on its way, which knows whether it has left. */
export class Call extends Command {
  written = false;
  readonly #texts: readonly string[];
  /** On the connection's clock. */
  dueMs: number;

  /** Keeps `args`; `lost` says why there is no connection, if there is none. */
  constructor(name: string, args: string[], dueMs: number, lost: () => RedisError | undefined) {
    // The library would copy arguments and look through them for what is no text.
    super(name, [], utf8);
    this.args = args;
    this.#texts = args;
    this.dueMs = dueMs;
    const reject = this.reject;
    // Not by another promise behind that of the library, for which every call that does not fail would have to pay.
    this.reject = (error) => {
      const said = errorSaid(error);
      if (said !== undefined) return reject(said);
      this.isSettled = true;
      // Why a connection was lost is known at the end of the turn that ended it.
      process.nextTick(() => reject(failureOf(this, lost())));
    };
  }

  override toWritable(socket: object): string | Buffer {
    writeAtOnce(socket as Writable);
    if (this.isSettled) return PING;
    this.written = true;
    return asciiTextOf(this.name, this.#texts) ?? super.toWritable(socket);
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

/** What Redis answered, or this process decided, if it is that which a call failed of. */
function errorSaid(error: Error): RedisError | undefined {
  if (error instanceof RedisError) return error;
  if (error.name === "ReplyError") return errorOfReply(error.message);
  if (error.message.startsWith(REDIRECTED))
    return errorOfReply(error.message.slice(REDIRECTED.length));
  return undefined;
}

/** What a call comes to that has no connection; `lost` says why there is none, if that is known. */
function failureOf(call: Call, lost: RedisError | undefined): RedisError {
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
