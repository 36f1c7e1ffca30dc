import type { GatewayError } from "./errors.ts";

/** The text of a successful answer; `id` and `result` are JSON texts and go in as they are. */
function resultText(id: string, result: string): string {
  return `{"jsonrpc":"2.0","id":${id},"result":${result}}`;
}

/** The text of a failed answer. Without a readable id the member is left out. */
function errorText(id: string | undefined, error: GatewayError): string {
  const body = {
    code: error.rpcCode,
    message: error.message,
    ...(error.data && { data: error.data }),
  };
  return `{"jsonrpc":"2.0",${id === undefined ? "" : `"id":${id},`}"error":${JSON.stringify(body)}}`;
}

/** Whether an answer says that its request failed; it is parsed, so this is for answers that are short. */
function isErrorText(text: string): boolean {
  try {
    return (JSON.parse(text) as { error?: unknown }).error !== undefined;
  } catch {
    return false;
  }
}

/** The text of a notification without an id; `params` is JSON text. */
function notificationText(method: string, params?: string): string {
  return `{"jsonrpc":"2.0","method":${JSON.stringify(method)}${params === undefined ? "" : `,"params":${params}`}}`;
}

/** The text of a request of the gateway's own; `id` and `params` are JSON texts. */
function requestText(id: string, method: string, params: string): string {
  return `{"jsonrpc":"2.0","id":${id},"method":${JSON.stringify(method)},"params":${params}}`;
}

export { errorText, isErrorText, notificationText, requestText, resultText };
