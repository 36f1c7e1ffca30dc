import type { PeerOptions } from "../wire/peer.ts";
import type { Script } from "./script.ts";

/** A client of the fixture, which declines nothing. */
export function fixtureClient(): PeerOptions {
  const content = `{"username":"ada","email":"ada@example.com"}`;
  return {
    capabilities: { sampling: {}, elicitation: {} },
    answers: {
      "sampling/createMessage": () =>
        `{"role":"assistant","model":"m","content":{"type":"text","text":"said"}}`,
      "elicitation/create": () => `{"action":"accept","content":${content},"_meta":{"x":1.0}}`,
    },
  };
}

/** Every tool, prompt and resource of the fixture that the conformance suite is run on. */
export async function playFixture(script: Script): Promise<void> {
  await script.lists();
  for (const name of [
    "test_simple_text",
    "test_image_content",
    "test_audio_content",
    "test_embedded_resource",
    "test_multiple_content_types",
    "test_error_handling",
    "test_tool_with_logging",
    "test_tool_with_progress",
    "test_reconnection",
    "test_elicitation_sep1034_defaults",
    "test_elicitation_sep1330_enums",
  ])
    await script.call(name);
  await script.call("json_schema_2020_12_tool", { name: "n", address: { street: "s" } });
  await script.call("test_tool_with_progress", {}, { _meta: { progressToken: "t" } });
  await script.call("test_sampling", { prompt: "say" });
  await script.call("test_elicitation", { message: "Who?" });
  await script.ask("level", "logging/setLevel", { level: "error" });
  await script.call("test_tool_with_logging");
  await script.prompt("test_prompt_with_arguments", { arg1: "1", arg2: "zwei" });
  await script.prompt("test_prompt_with_embedded_resource", { resourceUri: "test://x" });
  await script.prompt("test_prompt_with_image");
  for (const uri of ["static-text", "static-binary", "watched-resource", "template/7/data"])
    await script.read(`test://${uri}`);
  const argument = { name: "arg1", value: "par" };
  const ref = { type: "ref/prompt", name: `${script.prefix}test_prompt_with_arguments` };
  await script.ask("complete", "completion/complete", { ref, argument });
  const uri = "test://watched-resource";
  await script.ask("subscribe", "resources/subscribe", { uri });
}
