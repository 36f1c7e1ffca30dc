import { count, type Look, shortened } from "./look.ts";
import type { Answered, Refused, Source, StoryEvent } from "./story-event.ts";

/** One event of the story as lines to read. */
export function storyLines(event: StoryEvent, look: Look): string[] {
  const { paint } = look;
  switch (event.kind) {
    case "chapter":
      return ["", paint("bold", event.title)];
    case "listed":
      return listedLines(event.sources, event.resources);
    case "answered":
      return answeredLines(event, look);
    case "refused":
      return refusedLines(event, look);
  }
}

function listedLines(sources: readonly Source[], resources: number): string[] {
  const nameWidth = Math.max(...sources.map(({ server }) => server.length));
  const sum = (of: "tools" | "prompts") => sources.reduce((all, source) => all + source[of], 0);
  const rows = sources.map(({ server, tools, prompts }) => {
    const more = prompts === 0 ? "" : `, ${count(prompts, "prompt")}`;
    return `  ${server.padEnd(nameWidth)}  ${String(tools).padStart(3)} ${tools === 1 ? "tool" : "tools"}${more}`;
  });
  const total = `${count(sum("tools"), "tool")}, ${count(sum("prompts"), "prompt")}, ${count(resources, "resource")}`;
  return [...rows, `  ${"together".padEnd(nameWidth)}  ${total.padStart(total.length + 1)}`];
}

function answeredLines(event: Answered, { paint, width }: Look): string[] {
  const { tool, args, answer, note } = event;
  const time = paint("dim", `${Math.round(event.ms)} ms${note === undefined ? "" : ` (${note})`}`);
  const arrow = paint("green", "→");
  if (args === undefined) return [`  ${tool} ${arrow} ${shortened(answer, width - 40)}  ${time}`];
  return [
    `  ${tool} ${paint("dim", shortened(JSON.stringify(args), width - tool.length - 3))}`,
    `    ${arrow} ${shortened(answer, width - 18)}  ${time}`,
  ];
}

function refusedLines({ tool, message, waitMs }: Refused, { paint }: Look): string[] {
  const wait = `${waitMs / 1000} s`;
  return [
    `  ${tool} ${paint("yellow", `✗ ${shortened(message, 40)}, wait ${wait}`)}`,
    paint("dim", `  waiting ${wait} …`),
  ];
}
