import { expect, test } from "vitest";
import { ANONYMOUS } from "../identity/caller.ts";
import { admission, refusal } from "../identity/verdict.ts";
import { authMeter } from "./auth-meter.ts";
import { MetricBook } from "./exposition.ts";

test("who is let in is counted by outcome, and requests to the issuer by what they are for", async () => {
  const book = new MetricBook();
  const meter = authMeter(book);
  meter.judged(admission(ANONYMOUS, 0));
  meter.judged(refusal("expired"));
  meter.judged(refusal("expired"));
  meter.asked("keys", true);
  meter.asked("introspection", false);
  meter.watch(() => ({ admitted: 3, refused: 2, keys: 1, keysAgeMs: 1500 }));
  const text = await book.registry.metrics();
  for (const line of [
    'headgate_authentications_total{outcome="allowed"} 1',
    'headgate_authentications_total{outcome="expired"} 2',
    'headgate_idp_requests_total{request="keys",outcome="ok"} 1',
    'headgate_idp_requests_total{request="introspection",outcome="failed"} 1',
    "headgate_tokens_remembered 3",
    "headgate_refused_tokens_remembered 2",
    "headgate_idp_keys 1",
    "headgate_idp_keys_age_seconds 1.5",
  ])
    expect(text).toContain(line);
});
