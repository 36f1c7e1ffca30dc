import { expect, test } from "vitest";
import { PolicyProbe } from "../../test/policy-probe.ts";
import { request } from "../../test/request-text.ts";
import { sessionRig } from "../../test/session-rig.ts";
import type { Verdict } from "../layers/limiter.ts";
import type { GatewayError } from "../rpc/errors.ts";
import type { Message } from "../rpc/message.ts";
import { answerLocally } from "./local-answer.ts";
import type { AnswerForm } from "./respond.ts";

type Decision = Verdict | Promise<Verdict> | undefined;

const REFUSED: Verdict = {
  passes: false,
  refusal: {
    code: "rate-limited",
    text: '{"no":1}',
    httpStatus: 429,
    headers: { "retry-after": "2" },
  },
};
const LIST = request("prompts/list");

function answered(message: Message, decide: () => Decision) {
  const { session } = sessionRig();
  const replies = new PolicyProbe();
  const asked: { method: string; caller: unknown }[] = [];
  const broken: GatewayError[] = [];
  const answers: { text: string; form: AnswerForm | undefined }[] = [];
  const limiter = {
    decide({ method }: { method: string }, caller: unknown) {
      asked.push({ method, caller });
      return decide();
    },
  };
  const broke = (error: GatewayError): void => void broken.push(error);
  answerLocally(session, message, { replies, limiter, broke }, (text, form) => {
    answers.push({ text, form });
  });
  return { answers, asked, replies, broken, caller: session.caller };
}

test("a request that the gateway answers is decided on, for its caller", () => {
  const { asked, answers, caller } = answered(LIST, () => undefined);
  expect(asked).toEqual([{ method: "prompts/list", caller }]);
  expect(answers).toHaveLength(1);
});

test("a refusal is the answer, with its status and headers, and counts as what it is", () => {
  const { answers, replies } = answered(LIST, () => REFUSED);
  expect(answers).toEqual([
    { text: '{"no":1}', form: { httpStatus: 429, headers: { "retry-after": "2" } } },
  ]);
  expect(replies.locally).toEqual([{ method: "prompts/list", failure: "rate-limited" }]);
});

test("what is to be added is added", () => {
  const { answers } = answered(LIST, () => ({
    passes: true,
    addition: { headers: { ratelimit: "r" }, meta: ["k", "1"] },
  }));
  expect(answers[0]?.text).toContain('"_meta":{"k":1}');
  expect(answers[0]?.form).toEqual({ headers: { ratelimit: "r" } });
});

test("a decision that takes its time is waited for", async () => {
  const decision = Promise.withResolvers<Verdict>();
  const { answers } = answered(LIST, () => decision.promise);
  expect(answers).toEqual([]);
  decision.resolve(REFUSED);
  await expect.poll(() => answers.map(({ text }) => text)).toEqual(['{"no":1}']);
});

test("a level is set only once it is decided that it may be", async () => {
  const { answers } = answered(request("logging/setLevel", '{"level":"debug"}'), () => REFUSED);
  expect(answers.map(({ text }) => text)).toEqual(['{"no":1}']);
});

test.each([
  ["unknown", request("no/such"), -32_601],
  ["malformed", request("tools/list", '{"cursor":7}'), -32_602],
])("a request that is %s is decided on by nobody", (_, message, code) => {
  const { asked, answers } = answered(message, () => undefined);
  expect(asked).toEqual([]);
  expect(JSON.parse(answers[0]?.text ?? "")).toMatchObject({ error: { code } });
});

test("a store that fails fails the request, and the log hears of it", async () => {
  const { answers, broken } = answered(LIST, () => Promise.reject(new Error("gone")));
  await expect.poll(() => answers).toHaveLength(1);
  expect(JSON.parse(answers[0]?.text ?? "")).toMatchObject({ error: { code: -32_603 } });
  expect(broken).toMatchObject([{ code: "internal", cause: { message: "gone" } }]);
});
