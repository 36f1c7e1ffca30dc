import { expect, test } from "vitest";
import { callOf } from "../../test/reply-probe.ts";
import { request } from "../../test/request-text.ts";
import { LinkProbe, sessionRig } from "../../test/session-rig.ts";
import type { Link } from "../backends/port.ts";
import { ANONYMOUS } from "../identity/caller.ts";
import { GatewayError } from "../rpc/errors.ts";
import type { Peer } from "./call.ts";
import { relay } from "./relay.ts";

const CALL = request("tools/call", '{"name":"a_echo"}', "7.0");

function peerWith(link: Link | Promise<Link>): Peer {
  return {
    caller: ANONYMOUS,
    view: sessionRig().session.view,
    link: () => link,
    receive: () => undefined,
  };
}

test("a call goes over the link at once, in the backend's words and under the client's id", () => {
  const link = new LinkProbe();
  relay(callOf(CALL, { text: "theirs" }, peerWith(link)));
  expect(link.requests).toMatchObject([{ id: "7.0", text: "theirs" }]);
});

test("a call waits for a link that is being opened", async () => {
  const link = new LinkProbe();
  const opening = Promise.resolve(link);
  relay(callOf(CALL, {}, peerWith(opening)));
  expect(link.requests).toEqual([]);
  await opening;
  expect(link.requests).toHaveLength(1);
});

test("a call that was cancelled while its link was opened is not sent", async () => {
  const link = new LinkProbe();
  const opening = Promise.resolve(link);
  const call = callOf(CALL, {}, peerWith(opening));
  relay(call);
  call.reply.finished = true;
  await opening;
  expect(link.requests).toEqual([]);
});

test("what the reply cancels is cancelled at the backend, with its reason", () => {
  const link = new LinkProbe();
  const call = callOf(CALL, {}, peerWith(link));
  relay(call);
  call.reply.cancel?.("enough");
  expect(link.last.cancelled).toBe("enough");
});

test("a link that cannot be opened fails the call with its error", async () => {
  const reason = new GatewayError("backend-timeout", "late");
  const call = callOf(CALL, {}, peerWith(Promise.reject(reason)));
  relay(call);
  await expect.poll(() => call.reply.error).toBe(reason);
});

test("a link that breaks in the sending fails the call too", async () => {
  const link = new LinkProbe();
  link.request = () => {
    throw new Error("broken");
  };
  const call = callOf(CALL, {}, peerWith(Promise.resolve(link)));
  relay(call);
  await expect.poll(() => call.reply.error?.code).toBe("internal");
});
