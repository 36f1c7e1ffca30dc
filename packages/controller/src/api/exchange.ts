import { request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Connection, Route } from "./connection.ts";
import type { Deadline } from "./deadline.ts";
import type { ApiRequest } from "./transport.ts";

/** One request and what it is sent with. */
export interface Exchange {
  readonly connection: Connection;
  readonly userAgent: string;
  readonly request: ApiRequest;
  readonly deadline: Deadline;
}

/** Sends a request and answers the head of its response; rejects with whatever kept it from coming. */
export async function exchange(given: Exchange): Promise<IncomingMessage> {
  const route = await given.connection.route();
  const first = sent(given, route);
  try {
    return await headOf(first);
  } catch (error) {
    // The server may close an idle connection in the moment that we take it up again. What was sent on it
    // was not read then; and all that is sent here but POST may be sent twice.
    const stale = first.reusedSocket && given.deadline.reason === undefined && wasReset(error);
    if (!stale || given.request.method === "POST") throw error;
    return headOf(sent(given, route));
  }
}

function sent({ userAgent, request, deadline }: Exchange, route: Route): ClientRequest {
  const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
  const query = new URLSearchParams(request.query).toString();
  const prefix = route.base.pathname.replace(/\/$/, "");
  const send = route.base.protocol === "https:" ? httpsRequest : httpRequest;
  const outgoing = send({
    protocol: route.base.protocol,
    hostname: route.base.hostname.replace(/^\[|\]$/g, ""),
    ...(route.base.port === "" ? {} : { port: route.base.port }),
    method: request.method,
    path: `${prefix}${request.path}${query === "" ? "" : `?${query}`}`,
    agent: route.agent,
    signal: deadline.signal,
    headers: {
      ...route.headers,
      "user-agent": userAgent,
      accept: request.accept ?? "application/json",
      ...(body === undefined
        ? {}
        : {
            "content-type": request.contentType ?? "application/json",
            "content-length": body.length,
          }),
    },
  });
  outgoing.end(body);
  return outgoing;
}

function headOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once("response", resolve);
    // Stays for the life of the request: an abort after the head arrives here too.
    outgoing.on("error", reject);
  });
}

function wasReset(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ECONNRESET" || code === "EPIPE";
}
