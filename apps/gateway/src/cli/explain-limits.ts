import type { LoadedConfig } from "@headgate/gateway-config";
import type { LimitRejection } from "@headgate/ratelimit-types";
import { compileLimits } from "../limits/compile-limits.ts";
import { isOver, isPerUser, type Limit } from "../limits/limit.ts";
import { rateInWords } from "../limits/rate-in-words.ts";
import type { ExplainLimitsCommand } from "./command.ts";
import { configOf, type World } from "./config-of.ts";
import { visible } from "./excerpt.ts";
import { printProblems } from "./print-problems.ts";
import type { Report } from "./validate.ts";

/** Which limits a request meets by a configuration file, in words; exit code 1 when the file cannot be used. */
async function explainLimitsReport(
  command: ExplainLimitsCommand,
  { colour, ...world }: World & { readonly colour: boolean },
): Promise<Report> {
  const outcome = await configOf(command, world);
  const { file } = outcome;
  if (outcome.ok) return { out: explanation(command, outcome.config), err: "", exitCode: 0 };
  const listed = printProblems({ problems: outcome.problems, severity: "error", file, colour });
  return { out: "", err: `${listed}${command.file} is not valid\n`, exitCode: 1 };
}

function explanation(command: ExplainLimitsCommand, config: LoadedConfig): string {
  const { request, user } = command;
  const isAnybody = config.incomingAuth.type === "anonymous";
  const limits = compileLimits(config.rateLimiting ?? {}).filter(
    (limit) => !isPerUser(limit) || !isAnybody,
  );
  const met = limits.filter(({ match }) => isOver(match, request));
  const perhaps = limits.filter(
    ({ match }) =>
      request.backend === undefined &&
      [...(match.backends ?? [])].some((backend) => isOver(match, { ...request, backend })),
  );
  const isShared = config.sessionStorage?.provider === "redis";
  const entry = (limit: Limit): string[] => entryOf(limit, { command, isShared });
  const lines = [
    `${subjectOf(command)}${user === undefined || isAnybody ? "" : `, called by ${user}`}`,
    "",
    ...(met.length === 0 ? ["No limit is over this request."] : numbered(met.map(entry))),
    ...(perhaps.length === 0 ? [] : ["", ...alsoOf(perhaps, entry)]),
    ...(met.length + perhaps.length === 0 ? [] : ["", ...closing(config)]),
  ];
  return `${lines.map((line) => visible(line).trimEnd()).join("\n")}\n`;
}

function subjectOf({ request: { method, name, backend } }: ExplainLimitsCommand): string {
  return [
    method,
    ...(name === undefined ? [] : [`of ${name}`]),
    ...(backend === undefined ? [] : [`at the backend ${backend}`]),
  ].join(" ");
}

/** What the words on a limit depend on beside itself. */
interface Circumstances {
  readonly command: ExplainLimitsCommand;
  /** Whether there is a store that all gateway processes share, and so one that can be lost. */
  readonly isShared: boolean;
}

const WITHOUT_STORE = {
  local: "each gateway process enforces the whole limit by itself",
  open: "passes",
  closed: "is refused with 503",
};

function entryOf(limit: Limit, { command, isShared }: Circumstances): string[] {
  const { name, bucket, match } = limit;
  const isCalls = match.methods.size === 1 && match.methods.has("tools/call");
  const owner = command.user === undefined ? "each user" : command.user;
  return [
    `${name}: ${rateInWords(bucket, isCalls ? "call" : "request")}`,
    `in ${isPerUser(limit) ? `a bucket of ${owner}'s own` : "one bucket for all callers"}`,
    ...(bucket.weight === 1 ? [] : [`each takes ${bucket.weight} of ${bucket.capacity} tokens`]),
    ...(isShared ? [`while Redis cannot be asked: ${WITHOUT_STORE[bucket.onStoreFailure]}`] : []),
    ...(bucket.audit ? ["audited: refuses nothing, and reports what it would have"] : []),
  ];
}

function numbered(entries: readonly (readonly string[])[]): string[] {
  return entries.flatMap(([first = "", ...rest], index) => [
    `${String(index + 1).padStart(3)}. ${first}`,
    ...rest.map((line) => `     ${line}`),
  ]);
}

function alsoOf(perhaps: readonly Limit[], entry: (limit: Limit) => string[]): string[] {
  return [
    "Depending on the backend that answers (--backend), also:",
    ...perhaps.flatMap((limit) => {
      const [first = "", ...rest] = entry(limit);
      const of = [...(limit.match.backends ?? [])].join(", ");
      return [`   - ${first}`, `     only of ${of}`, ...rest.map((line) => `     ${line}`)];
    }),
  ];
}

const REFUSALS: Readonly<Record<LimitRejection, string>> = {
  result: "a result with isError for tools/call, a JSON-RPC error 429 for other methods",
  error: "a JSON-RPC error 429",
  http429: "a JSON-RPC error 429 with HTTP status 429",
};

function closing({ rateLimiting }: LoadedConfig): string[] {
  return [
    "It passes when all of them have room, and then takes from each; otherwise it takes from none.",
    `A refusal is ${REFUSALS[rateLimiting?.rejection ?? "result"]}.`,
  ];
}

export { explainLimitsReport };
