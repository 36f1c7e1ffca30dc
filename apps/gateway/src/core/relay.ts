import type { Link } from "../backends/port.ts";
import { GatewayError } from "../rpc/errors.ts";
import type { Call, Handler } from "./call.ts";

/** The innermost handler: hands the call to its backend over the client's own link. */
const relay: Handler = (call) => {
  const link = call.peer.link(call.target.backend);
  if (!(link instanceof Promise)) return send(call, link);
  link
    .then((opened) => send(call, opened))
    .catch((error: unknown) => call.reply.failed(GatewayError.from(error)));
};

function send(call: Call, link: Link): void {
  if (call.reply.finished) return;
  const { request, target, reply } = call;
  let cancel: ((reason: string) => void) | undefined;
  reply.sentTo(target.backend, link, (reason) => cancel?.(reason));
  cancel = link.request({ id: request.id, text: target.text }, reply);
}

export { relay };
