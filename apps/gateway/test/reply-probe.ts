import type { Link } from "../src/backends/port.ts";
import type { Addition, Call, Refusal, Reply } from "../src/core/call.ts";
import type { GatewayError } from "../src/rpc/errors.ts";
import type { Message } from "../src/rpc/message.ts";
import { sessionRig } from "./session-rig.ts";

/** A reply that keeps what it is told. */
class ReplyProbe implements Reply {
  finished = false;
  error: GatewayError | undefined;
  refusal: Refusal | undefined;
  addition: Addition | undefined;
  cancel: ((reason: string) => void) | undefined;
  readonly answers: string[] = [];

  sentTo(_: string, __: Link, cancel: (reason: string) => void): void {
    this.cancel = cancel;
  }

  refuse(refusal: Refusal): void {
    this.refusal = refusal;
  }

  add(addition: Addition): void {
    this.addition = addition;
  }

  failed(error: GatewayError): void {
    this.error = error;
  }

  answer(text: string): void {
    this.answers.push(text);
  }

  interim(): void {}
  streaming(): void {}
  interrupted(): void {}

  largeAnswer(): never {
    throw new Error("nothing here is large");
  }
}

/** A call to the backend `a`, with a reply to look at. */
function callOf(
  message: Message,
  target: Partial<Call["target"]> = {},
  peer: Call["peer"] = sessionRig().session,
): Call & { readonly reply: ReplyProbe } {
  return {
    peer,
    request: message,
    target: { backend: "a", name: "a_echo", typedOutput: false, text: message.text, ...target },
    reply: new ReplyProbe(),
  };
}

export { callOf, ReplyProbe };
