import type { PeerOptions } from "../wire/peer.ts";
import type { Script } from "./script.ts";

const ROOTS = `{"roots":[{"uri":"file:///srv/one","name":"one","_meta":{"x":1.0}},{"uri":"file:///srv/two"}]}`;
const SAMPLED = `{"role":"assistant","model":"test-model","stopReason":"endTurn","content":{"type":"text","text":"Said so."},"_meta":{"x":1.5}}`;
const FORM = `{"action":"accept","content":{"name":"Ada","check":true,"integer":7,"number":2.5,"email":"ada@example.com"}}`;

/** A client that can do all that a server may ask for; to forms it says each of `answers` in turn. */
export function capableClient(...answers: string[]): PeerOptions {
  const left = [...answers];
  return {
    capabilities: {
      sampling: {},
      elicitation: { form: {}, url: {} },
      roots: { listChanged: true },
    },
    answers: {
      "roots/list": () => ROOTS,
      "sampling/createMessage": () => SAMPLED,
      "elicitation/create": () => left.shift() ?? FORM,
    },
  };
}

const DECLINED = `{"action":"decline"}`;
const CANCELLED = `{"action":"cancel"}`;
const ACCEPTED = `{"action":"accept"}`;

/** What the client of {@link playEverything} answers to elicitations, in order. */
export const ELICITED = [FORM, DECLINED, CANCELLED, ACCEPTED, DECLINED, ACCEPTED];

async function callPlainTools(script: Script): Promise<void> {
  await script.call("echo", { message: 'Zażółć 😀 \u2028 "x"' });
  await script.call(
    "echo",
    { message: "more", unknown: { deep: [1] } },
    { "x-param": 1, _meta: { "example.com/k": [1.5] } },
  );
  await script.call("echo", { message: 5 });
  await script.call("get-sum", { a: 2, b: 0.5 });
  await script.callRaw("get-sum", `{"name":"$name","arguments":{"a":1e3,"b":1.0}}`);
  await script.call("get-tiny-image");
  for (const messageType of ["error", "success", "debug"])
    await script.call("get-annotated-message", { messageType, includeImage: true });
  await script.call("get-structured-content", { location: "New York" });
  await script.call("get-resource-links", { count: 4 });
  await script.call("get-resource-reference", { resourceType: "Text", resourceId: 3 });
  await script.call("get-resource-reference", { resourceType: "Blob", resourceId: 0 });
  const data = "data:text/plain,compress%20me";
  await script.call("gzip-file-as-resource", { name: "a.gz", data, outputType: "resource" });
}

async function readResources(script: Script): Promise<void> {
  await script.read("demo://resource/static/document/features.md");
  await script.read("demo://resource/dynamic/text/7");
  await script.read("demo://resource/dynamic/blob/8");
  await script.read("demo://resource/dynamic/text/zero");
  await script.prompt("simple-prompt");
  await script.prompt("args-prompt", { city: "Oslo", state: "N" });
  await script.prompt("args-prompt");
  await script.prompt("resource-prompt", { resourceType: "Blob", resourceId: "2" });
  const ref = { type: "ref/prompt", name: `${script.prefix}completable-prompt` };
  await script.ask("complete department", "completion/complete", {
    ref,
    argument: { name: "department", value: "S" },
  });
  await script.ask("complete name", "completion/complete", {
    ref,
    argument: { name: "name", value: "" },
    context: { arguments: { department: "Sales" } },
  });
  await script.ask("complete template", "completion/complete", {
    ref: { type: "ref/resource", uri: "demo://resource/dynamic/text/{resourceId}" },
    argument: { name: "resourceId", value: "12" },
  });
}

async function askTheClient(script: Script): Promise<void> {
  await script.call("get-roots-list");
  await script.call("trigger-sampling-request", { prompt: "Say so", maxTokens: 5 });
  for (let form = 0; form < 3; form++) await script.call("trigger-elicitation-request");
  const url = { url: "https://example.com/consent", elicitationId: "one" };
  await script.call("trigger-url-elicitation", url);
  await script.call("trigger-url-elicitation", url);
  await script.call("trigger-url-elicitation", { ...url, errorPath: true });
  await script.call("trigger-url-elicitation", { ...url, errorPath: true });
  await script.peer.notify("notifications/roots/list_changed");
  await script.hear("notifications/message");
}

async function follow(script: Script): Promise<void> {
  await script.call(
    "trigger-long-running-operation",
    { duration: 0.2, steps: 4 },
    { _meta: { progressToken: "p-1" } },
  );
  await script.call(
    "trigger-long-running-operation",
    { duration: 0.1, steps: 2 },
    { _meta: { progressToken: 1 } },
  );
  await script.call("trigger-long-running-operation", { duration: 0.1, steps: 2 });
  await script.ask("set level", "logging/setLevel", { level: "debug" });
  await script.call("toggle-simulated-logging");
  await script.hear("notifications/message");
  await script.call("toggle-simulated-logging");
  for (const uri of [
    "demo://resource/dynamic/text/1",
    "demo://resource/static/document/features.md",
  ]) {
    await script.ask(`subscribe ${uri}`, "resources/subscribe", { uri });
    await script.hear("notifications/message");
  }
  await script.call("toggle-subscriber-updates");
  await script.hear("notifications/resources/updated");
  await script.hear("notifications/resources/updated");
  await script.call("toggle-subscriber-updates");
  await script.ask("unsubscribe", "resources/unsubscribe", {
    uri: "demo://resource/dynamic/text/1",
  });
  await script.hear("notifications/message");
  await script.ask("set level", "logging/setLevel", { level: "error" });
  await script.call("toggle-simulated-logging");
  await script.call("toggle-simulated-logging");
}

/** A call that is cancelled gets no answer, and the session goes on. */
async function cancel(script: Script): Promise<void> {
  const { peer } = script;
  let answered = false;
  const progress = peer.next("notifications/progress");
  void peer
    .request("tools/call", {
      name: `${script.prefix}trigger-long-running-operation`,
      arguments: { duration: 0.4, steps: 4 },
      _meta: { progressToken: "cancelled" },
    })
    .then(() => (answered = true));
  const requestId = peer.lastId;
  await progress;
  await peer.notify("notifications/cancelled", { requestId, reason: "enough" });
  // It outlasts the cancelled call, of whose progress the server goes on to speak.
  await peer.request("tools/call", {
    name: `${script.prefix}trigger-long-running-operation`,
    arguments: { duration: 0.5, steps: 1 },
  });
  script.transcript.push({ step: "cancelled", heard: [], answer: answered });
}

/** Everything that the reference server can do for a client that can do everything. */
export async function playEverything(script: Script): Promise<void> {
  await script.call("echo", { message: "first" });
  // The server asks for the roots a while after the handshake, and then says so.
  await script.hear("notifications/message");
  await script.untilListed("trigger-url-elicitation");
  await script.lists();
  await callPlainTools(script);
  await readResources(script);
  await askTheClient(script);
  await follow(script);
  await cancel(script);
}
