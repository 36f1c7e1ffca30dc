/** An event with its id, if it has one; each line of the text becomes a data line, which together read as the same text. */
function frameOf(text: string, id?: string): string {
  return `event: message${id === undefined ? "" : `\nid: ${id}`}${dataOf(text)}`;
}

/** An event that says nothing but its id. */
function emptyFrame(id: string): string {
  return `id: ${id}\ndata: \n\n`;
}

function dataOf(text: string): string {
  const data = /[\r\n]/.test(text) ? text.split(/\r\n|\r|\n/).join("\ndata: ") : text;
  return `\ndata: ${data}\n\n`;
}

/** Splits an event id into its stream and its place there; `undefined` for anything that is not one of ours. */
function readEventId(eventId: string): { streamId: string; seq: number } | undefined {
  const match = /^([\w-]{1,64})_(\d{1,16})$/.exec(eventId);
  if (match?.[1] === undefined) return undefined;
  return { streamId: match[1], seq: Number(match[2]) };
}

export { dataOf, emptyFrame, frameOf, readEventId };
