import { LOG_LEVELS } from "../rpc/log-level.ts";
import { notificationText } from "../rpc/reply.ts";
import type { Renewal } from "./backend-sessions.ts";

/** The key of `_meta` under which a result says that its backend began anew with this client. */
const RENEWAL_KEY = "io.headgate/backendSession";

/** What is said under it, as JSON text. */
const RENEWED = '"renewed"';

const REASONS: Record<Renewal, string> = {
  forgotten: "it had forgotten its session",
  moved: "another gateway process had its connection",
};

/** Whether a client that set this log level, or none, wants to read of it. */
function isWarned(logLevel: string | undefined): boolean {
  return logLevel === undefined || LOG_LEVELS.indexOf(logLevel) <= LOG_LEVELS.indexOf("warning");
}

/** The log notification that tells a client that what a backend kept for it is gone. */
function renewalText(backend: string, why: Renewal): string {
  const data = `The backend ${backend} begins anew, because ${REASONS[why]}: what it kept for this session is gone.`;
  const params = JSON.stringify({ level: "warning", logger: "headgate", data });
  return notificationText("notifications/message", params);
}

export { isWarned, RENEWAL_KEY, renewalText, RENEWED };
