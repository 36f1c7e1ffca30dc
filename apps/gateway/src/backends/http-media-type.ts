/** The media type of a Content-Type header, in lower case and without parameters; `(none)` without a header. */
function mediaTypeOf(header: string | string[] | undefined): string {
  if (header === "application/json" || header === "text/event-stream") return header;
  if (typeof header !== "string") return "(none)";
  const [type = ""] = header.split(";", 1);
  return type.trim().toLowerCase();
}

export { mediaTypeOf };
