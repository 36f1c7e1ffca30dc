import { RENEWAL_KEY, RENEWED } from "../sessions/renewal.ts";
import type { Session } from "../sessions/session.ts";
import { withAddition } from "./with-addition.ts";

/** The text of an answer, whose result says so if the backend began anew since the last one. */
function withRenewal(
  text: string,
  { renewed }: Pick<Session, "renewed">,
  backend: string | undefined,
): string {
  if (backend === undefined || renewed?.has(backend) !== true) return text;
  const told = withAddition(text, { headers: {}, meta: [RENEWAL_KEY, RENEWED] });
  // An error has no place for it.
  if (told !== text) renewed.delete(backend);
  return told;
}

export { withRenewal };
