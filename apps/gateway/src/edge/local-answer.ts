import type { Limiter, Verdict } from "../layers/limiter.ts";
import { GatewayError } from "../rpc/errors.ts";
import type { Message } from "../rpc/message.ts";
import { errorText, resultText } from "../rpc/reply.ts";
import type { Session } from "../sessions/session.ts";
import { askedAlready } from "./asked-already.ts";
import { localMethod, type LocalMethod } from "./local-methods.ts";
import type { OwnAnswer, ReplyPolicy } from "./reply-policy.ts";
import type { AnswerForm } from "./respond.ts";
import { withAddition } from "./with-addition.ts";

/** What answering by itself needs of the gateway. */
interface LocalAnswering {
  readonly replies: Pick<ReplyPolicy, "now" | "answered">;
  /** Decides on these requests too; nobody does when omitted. */
  readonly limiter?: Pick<Limiter, "decide"> | undefined;
  /** An error that is the gateway's own fault. */
  broke(error: GatewayError): void;
}

/** Takes an answer of the gateway's own; where it cannot have a form of its own, the form is left out. */
type TakeAnswer = (text: string, form?: AnswerForm) => void;

/** An answer, and how it counts. */
interface LocalAnswer extends OwnAnswer {
  readonly text: string;
  readonly form?: AnswerForm;
}

/** Answers a request that no backend has to see; never throws. What is malformed or unknown costs nothing. */
function answerLocally(
  session: Session,
  request: Message,
  { replies, limiter, broke }: LocalAnswering,
  take: TakeAnswer,
): void {
  const startedMs = replies.now();
  const answer = ({ text, form, ...how }: LocalAnswer): void => {
    take(text, form);
    replies.answered(request.method, startedMs, how);
  };
  const fail = (thrown: unknown): void => {
    const error = GatewayError.from(thrown);
    if (error.code === "internal") broke(error);
    answer({ text: errorText(request.id, error), failure: error.code });
  };
  try {
    const answered = answerOf(session, request, limiter);
    if (answered instanceof Promise) answered.then(answer).catch(fail);
    else answer(answered);
  } catch (thrown) {
    fail(thrown);
  }
}

/** Has limits asked about a request that will be answered here; `undefined` where they are not over it. Throws what is malformed. */
function decideAhead(
  session: Session,
  request: Message,
  { limiter }: Pick<LocalAnswering, "limiter">,
): Required<Pick<LocalAnswering, "limiter">> | undefined {
  const { id, method } = request;
  if (limiter === undefined || localMethod(session, request) === undefined) return undefined;
  const verdict = limiter.decide({ id, method }, session.caller);
  return verdict && { limiter: askedAlready(verdict) };
}

function answerOf(
  session: Session,
  request: Message,
  limiter: LocalAnswering["limiter"],
): LocalAnswer | Promise<LocalAnswer> {
  const { id, method } = request;
  const run = localMethod(session, request);
  if (run === undefined)
    throw new GatewayError("method-not-found", `Method not found: ${method.slice(0, 128)}`);
  const verdict = limiter?.decide({ id, method }, session.caller);
  if (verdict instanceof Promise) return verdict.then((settled) => resultOf(id, run, settled));
  return resultOf(id, run, verdict);
}

function resultOf(
  id: string,
  run: LocalMethod,
  verdict: Verdict | undefined,
): LocalAnswer | Promise<LocalAnswer> {
  if (verdict?.passes === false) {
    const { text, code, httpStatus, headers } = verdict.refusal;
    return { text, form: { httpStatus, headers }, failure: code, httpStatus };
  }
  const { addition } = verdict ?? {};
  const answer = (result: string): LocalAnswer => ({
    text: withAddition(resultText(id, result), addition),
    ...(addition && { form: { headers: addition.headers } }),
  });
  const result = run();
  return typeof result === "string" ? answer(result) : result.then(answer);
}

export { answerLocally, decideAhead, type LocalAnswering, type TakeAnswer };
