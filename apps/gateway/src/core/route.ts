import type { Route, View } from "../catalog/view.ts";
import type { Span } from "../json/spans.ts";
import { splice } from "../json/splice.ts";
import { GatewayError } from "../rpc/errors.ts";
import { membersWithoutDuplicates, type Message } from "../rpc/message.ts";
import type { Target } from "./call.ts";

/** Longest name or URI that is looked up. */
const MAX_NAME_LENGTH = 8192;

/** Which backend a request is for, and its text there. Throws `invalid-params` or `resource-not-found`. */
function route(view: View, request: Message): Target {
  const params =
    request.body === undefined
      ? new Map<string, Span>()
      : membersWithoutDuplicates(request.text, request.body.start);
  switch (request.method) {
    case "tools/call":
      return byName(request, params, view.tools, "tool");
    case "prompts/get":
      return byName(request, params, view.prompts, "prompt");
    case "completion/complete":
      return byReference(view, request, params);
    default:
      return byUri(view, request, params);
  }
}

function byName(
  request: Message,
  params: Map<string, Span>,
  routes: ReadonlyMap<string, Route>,
  kind: string,
): Target {
  const span = params.get("name");
  const name = stringAt(request, span, `params.name must name the ${kind}`);
  const found = routes.get(name);
  if (found === undefined)
    throw new GatewayError("invalid-params", `Unknown ${kind}: ${name.slice(0, 256)}`);
  return {
    backend: found.backend,
    name,
    typedOutput: found.typedOutput ?? false,
    text: renamed(request, span, name, found.name),
  };
}

function byUri(view: View, request: Message, params: Map<string, Span>): Target {
  const uri = stringAt(request, params.get("uri"), "params.uri must be the URI of a resource");
  const backend = view.resourceOwner(uri);
  if (backend === undefined)
    throw new GatewayError("resource-not-found", "Resource not found", { data: { uri } });
  return { backend, name: uri, typedOutput: false, text: request.text };
}

function byReference(view: View, request: Message, params: Map<string, Span>): Target {
  const refSpan = params.get("ref");
  if (refSpan === undefined || request.text.charCodeAt(refSpan.start) !== 0x7b)
    throw new GatewayError("invalid-params", "Invalid params: params.ref must be an object.");
  const ref = membersWithoutDuplicates(request.text, refSpan.start);
  const type = stringAt(
    request,
    ref.get("type"),
    "params.ref.type must be ref/prompt or ref/resource",
  );
  if (type === "ref/prompt") return byName(request, ref, view.prompts, "prompt");
  if (type !== "ref/resource")
    throw new GatewayError(
      "invalid-params",
      "Invalid params: params.ref.type must be ref/prompt or ref/resource.",
    );
  const uri = stringAt(request, ref.get("uri"), "params.ref.uri must be a URI or a URI template");
  const backend = view.referenceOwner(uri);
  if (backend === undefined)
    throw new GatewayError("invalid-params", `Unknown resource reference: ${uri.slice(0, 256)}`);
  return { backend, name: uri, typedOutput: false, text: request.text };
}

function renamed(
  request: Message,
  span: Span | undefined,
  advertised: string,
  own: string,
): string {
  if (span === undefined || advertised === own) return request.text;
  return splice(request.text, [{ span, with: JSON.stringify(own) }]);
}

function stringAt(request: Message, span: Span | undefined, otherwise: string): string {
  const value: unknown =
    span === undefined ? undefined : JSON.parse(request.text.slice(span.start, span.end));
  if (typeof value !== "string" || value === "" || value.length > MAX_NAME_LENGTH)
    throw new GatewayError("invalid-params", `Invalid params: ${otherwise}.`);
  return value;
}

export { route };
