/** One event of a stream: what its fields said. A priming event has empty data, a hint to come back has none. */
export type WireEvent = { event?: string; id?: string; data?: string; retryMs?: number };

function withLine(event: WireEvent, line: string): WireEvent {
  const colon = line.indexOf(":");
  const field = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
  switch (field) {
    case "event":
      return { ...event, event: value };
    case "id":
      return { ...event, id: value };
    case "retry":
      return { ...event, retryMs: Number(value) };
    case "data":
      return { ...event, data: event.data === undefined ? value : `${event.data}\n${value}` };
    default:
      return event;
  }
}

/** The events of a response body, each as soon as it is complete; ends with the body, throws when it breaks off. */
export async function* eventsOf(body: AsyncIterable<Uint8Array> | null): AsyncGenerator<WireEvent> {
  const decoder = new TextDecoder();
  let text = "";
  let event: WireEvent = {};
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines.map((each) => each.replace(/\r$/, ""))) {
      if (line !== "") event = withLine(event, line);
      else {
        if (Object.keys(event).length > 0) yield event;
        event = {};
      }
    }
  }
}
