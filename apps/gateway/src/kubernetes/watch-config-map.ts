import type { InCluster } from "./in-cluster.ts";

/** Who is told of what. */
interface ConfigMapListener {
  /** The text of the configuration as it is now; told at the beginning of every watch, too. */
  readonly told: (text: string) => void;
  /** Whether changes are noticed at once, or the file has to do. Told only when that changes. */
  readonly following: (isFollowing: boolean, reason: string) => void;
}

/** Between two attempts; doubled after each that fails, up to the last. */
const FIRST_WAIT_MS = 500;
const LAST_WAIT_MS = 30_000;
/** The server ends a watch after so long, and it is begun anew. */
const WATCH_SECONDS = 290;
/** A ConfigMap is smaller than this. */
const LONGEST_LINE = 4 * 1024 * 1024;

/** Follows one ConfigMap until the signal aborts; never rejects. */
async function watchConfigMap(
  cluster: InCluster,
  listener: ConfigMapListener,
  signal: AbortSignal,
): Promise<void> {
  let waitMs = FIRST_WAIT_MS;
  let following = true;
  const tell = (is: boolean, reason: string): void => {
    if (is !== following) listener.following(is, reason);
    following = is;
  };
  while (!signal.aborted) {
    try {
      await watchOnce(cluster, signal, (text) => {
        waitMs = FIRST_WAIT_MS;
        tell(true, "");
        listener.told(text);
      });
    } catch (error) {
      if (!signal.aborted) tell(false, error instanceof Error ? error.message : String(error));
    }
    await pause(waitMs * (1 + Math.random() / 4), signal);
    waitMs = Math.min(waitMs * 2, LAST_WAIT_MS);
  }
}

async function watchOnce(
  { origin, configMap, token, agent }: InCluster,
  signal: AbortSignal,
  told: (text: string) => void,
): Promise<void> {
  const { namespace, name, key } = configMap;
  // Without a version the server first tells what there is.
  const query = new URLSearchParams({
    watch: "1",
    allowWatchBookmarks: "true",
    timeoutSeconds: String(WATCH_SECONDS),
    fieldSelector: `metadata.name=${name}`,
  });
  const { statusCode, body } = await agent.request({
    origin,
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps?${query.toString()}`,
    method: "GET",
    headers: { authorization: `Bearer ${await token()}`, accept: "application/json" },
    signal,
  });
  if (statusCode !== 200) {
    await body.dump();
    throw new Error(`the API server answered with ${statusCode}`);
  }
  body.setEncoding("utf8");
  let rest = "";
  for await (const chunk of body as AsyncIterable<string>) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > LONGEST_LINE) throw new Error("the API server sent a line without end");
    for (const line of lines) {
      const text = textIn(line, key);
      if (text !== undefined) told(text);
    }
  }
}

// What is deleted, or has lost its key, leaves what is in force.
function textIn(line: string, key: string): string | undefined {
  if (line.trim() === "") return undefined;
  const event = JSON.parse(line) as {
    type?: unknown;
    object?: { data?: Record<string, unknown>; message?: unknown };
  };
  if (event.type === "ERROR") throw new Error("the API server ended the watch with an error");
  if (event.type !== "ADDED" && event.type !== "MODIFIED") return undefined;
  const text = event.object?.data?.[key];
  return typeof text === "string" ? text : undefined;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    timer.unref();
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done, { once: true });
    if (signal.aborted) done();
  });
}

export { watchConfigMap, type ConfigMapListener };
