import type { Route, View } from "../catalog/view.ts";
import type { Span } from "../json/spans.ts";
import { splice } from "../json/splice.ts";
import { GatewayError } from "../rpc/errors.ts";
import { membersWithoutDuplicates, type Message } from "../rpc/message.ts";
import type { Target } from "./call.ts";

/** Longest URI that is looked up, in characters. */
const MAX_URI_LENGTH = 8192;

/**
 * Which backend a request is for, and its text there. Throws `resource-not-found`, or `invalid-params` also for a name
 * of more than `maxNameLength` characters.
 */
function route(view: View, request: Message, maxNameLength: number): Target {
  const params =
    request.body === undefined
      ? new Map<string, Span>()
      : membersWithoutDuplicates(request.text, request.body.start);
  switch (request.method) {
    case "tools/call":
      return byName(request, params, { routes: view.tools, kind: "tool", maxNameLength });
    case "prompts/get":
      return byName(request, params, { routes: view.prompts, kind: "prompt", maxNameLength });
    case "completion/complete":
      return byReference(view, request, params, maxNameLength);
    default:
      return byUri(view, request, params);
  }
}

/** Where names of one kind lead. */
interface Names {
  readonly routes: ReadonlyMap<string, Route>;
  readonly kind: string;
  readonly maxNameLength: number;
}

function byName(
  request: Message,
  params: Map<string, Span>,
  { routes, kind, maxNameLength }: Names,
): Target {
  const span = params.get("name");
  const name = stringAt(request, span, `params.name must name the ${kind}`);
  requireLength(name, maxNameLength, "params.name");
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
  requireLength(uri, MAX_URI_LENGTH, "params.uri");
  const backend = view.resourceOwner(uri);
  if (backend === undefined)
    throw new GatewayError("resource-not-found", "Resource not found", { data: { uri } });
  return { backend, name: uri, typedOutput: false, text: request.text };
}

function byReference(
  view: View,
  request: Message,
  params: Map<string, Span>,
  maxNameLength: number,
): Target {
  const refSpan = params.get("ref");
  if (refSpan === undefined || request.text.charCodeAt(refSpan.start) !== 0x7b)
    throw new GatewayError("invalid-params", "Invalid params: params.ref must be an object.");
  const ref = membersWithoutDuplicates(request.text, refSpan.start);
  const type = stringAt(
    request,
    ref.get("type"),
    "params.ref.type must be ref/prompt or ref/resource",
  );
  if (type === "ref/prompt")
    return byName(request, ref, { routes: view.prompts, kind: "prompt", maxNameLength });
  if (type !== "ref/resource")
    throw new GatewayError(
      "invalid-params",
      "Invalid params: params.ref.type must be ref/prompt or ref/resource.",
    );
  const uri = stringAt(request, ref.get("uri"), "params.ref.uri must be a URI or a URI template");
  requireLength(uri, MAX_URI_LENGTH, "params.ref.uri");
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
  if (typeof value !== "string" || value === "")
    throw new GatewayError("invalid-params", `Invalid params: ${otherwise}.`);
  return value;
}

function requireLength(value: string, max: number, where: string): void {
  if (value.length > max)
    throw new GatewayError(
      "invalid-params",
      `Invalid params: ${where} is longer than ${max} characters.`,
    );
}

export { route };
