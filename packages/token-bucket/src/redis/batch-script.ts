import { CLOCK_LINES } from "./clock-lines.ts";
import { scriptOf, type Script } from "./script-runner.ts";

/**
 * How many characters a number of the program takes: with one it is a character's code, 1 to 127; with two the first
 * counts 95s, and both begin at a space.
 */
export type Width = 1 | 2;

/** Every variant of the script for any number of requests, one after the other at one moment. */
export type BatchScripts = Readonly<
  Record<Width, { readonly verdicts: Script; readonly states: Script }>
>;

/**
 * Each bucket is read once and written once at most. KEYS are the hashes. ARGV is the program; `rows` pairs of tau and
 * increment (negative if audited); and words: fields of buckets, and of each hash the longest tau in whole seconds and
 * one more (for the life of the key, see `takeScript`).
 *
 * The program is small numbers in one string, which costs Redis less than as many arguments: `rows`; of each hash how
 * many buckets it has, the word of its longest tau, and those of its fields; then of each request how many buckets it
 * has, and of each its hash, its place in the hash and its row.
 *
 * For verdicts the answer is 0 when every request passes, else of each request with short buckets a list: its number
 * from 1 and what `takeScript` would answer. With states it is a list of what `takeScript` would answer to each.
 */
export const batchScripts: BatchScripts = {
  1: { verdicts: batchScript(1, false), states: batchScript(1, true) },
  2: { verdicts: batchScript(2, false), states: batchScript(2, true) },
};

function batchScript(width: Width, states: boolean): Script {
  const lines = [
    "local A, K, call, type = ARGV, KEYS, redis.call, type",
    ...CLOCK_LINES,
    readProgram(),
    readHashes(width),
    decide(width, states),
    write(width),
    states ? "return answers" : "return answers[1] and answers or 0",
  ];
  return scriptOf(`${lines.join("\n")}\n`);
}

/** The number of the program that is so many numbers after the one at `at`. */
function number(width: Width, at: string, after: number | string = 0): string {
  if (width === 1) return after === 0 ? `P[${at}]` : `P[${at} + ${after}]`;
  return `(P[${at} + 2 * (${after})] * 95 + P[${at} + 2 * (${after}) + 1] - 3072)`;
}

// Lua gives out a few thousand results of one call at most.
function readProgram(): string {
  return `
local P = {A[1]:byte(1, 4000)}
for from = 4001, #A[1], 4000 do
  for _, code in ipairs({A[1]:byte(from, from + 3999)}) do P[#P + 1] = code end
end`;
}

function readHashes(w: Width): string {
  return `
local rows = ${number(w, "1")}
local span, increment = {}, {}
for r = 1, rows do span[r], increment[r] = A[2 * r] + 0, A[2 * r + 1] + 0 end
local words = 1 + 2 * rows
local held, first, moved, at = {}, {}, {}, ${1 + w}
for k = 1, #K do
  local n = ${number(w, "at")}
  first[k] = at
  if n == 2 then
    held[k] = call('HMGET', K[k], A[words + ${number(w, "at", 2)}], A[words + ${number(w, "at", 3)}])
  else
    local fields = {}
    for i = 1, n do fields[i] = A[words + ${number(w, "at", "1 + i")}] end
    held[k] = call('HMGET', K[k], unpack(fields))
  end
  at = at + ${w} * (n + 2)
end`;
}

/*
 * A value stays the text that was read until it is charged, and is a number after. A refusal puts back what was there,
 * but for what a clock that stepped back made void: of that the debt of an empty bucket is left, and written.
 */
function decide(w: Width, states: boolean): string {
  return `
local answers, was, request, stop = {}, {}, 0, #P
while at <= stop do
  local from, to = at + ${w}, at + ${w} * (3 * ${number(w, "at")} - 2)
  local short, refused
  local place = 0
  for p = from, to, ${3 * w} do
    local k, i, r = ${number(w, "p")}, ${number(w, "p", 1)}, ${number(w, "p", 2)}
    local h, d, add = held[k], span[r], increment[r]
    local v = h[i]
    local before = (v or 0) + 0
    local t, e = before, now + d
    if t < now then t = now elseif t > e then t = e v = e end
    place = place + 1
    was[place] = v
    if add > 0 then
      t = t + add
      h[i] = t
      if t % d <= t - before then moved[k] = true end
      if t > e then
        short = short or {}
        short[#short + 1] = place
        short[#short + 1] = t - e
        refused = true
      end
    elseif add < 0 then
      t = t - add
      if t > e then
        short = short or {}
        short[#short + 1] = -place
        short[#short + 1] = t - e
        h[i] = v
      else
        h[i] = t
        if t % d <= t - before then moved[k] = true end
      end
    end
  end
  request = request + 1
  if refused then
    for i = 1, place do
      local p = from + ${3 * w} * (i - 1)
      held[${number(w, "p")}][${number(w, "p", 1)}] = was[i]
    end
  end
  ${states ? answerStates(w) : "if short then answers[#answers + 1] = {request, unpack(short)} end"}
  at = to + ${3 * w}
end`;
}

function answerStates(w: Width): string {
  return `
  local answer = {}
  for p = from, to, ${3 * w} do
    local t, e = (held[${number(w, "p")}][${number(w, "p", 1)}] or 0) + 0, now + span[${number(w, "p", 2)}]
    answer[#answer + 1] = t < now and 0 or (t > e and e or t) - now
  end
  for i = 1, short and #short or 0 do answer[#answer + 1] = short[i] end
  answers[request] = answer`;
}

function write(w: Width): string {
  return `
for k = 1, #K do
  local h, at = held[k], first[k]
  local n = ${number(w, "at")}
  local count = 2
  if n == 2 and type(h[1]) == 'number' and type(h[2]) == 'number' then
    call('HSET', K[k], A[words + ${number(w, "at", 2)}], h[1], A[words + ${number(w, "at", 3)}], h[2])
  else
    local pairs = {}
    count = 0
    for i = 1, n do
      if type(h[i]) == 'number' then
        pairs[count + 1], pairs[count + 2] = A[words + ${number(w, "at", "1 + i")}], h[i]
        count = count + 2
      end
    end
    if count > 0 then call('HSET', K[k], unpack(pairs)) end
  end
  if moved[k] and count > 0 then
    local life = 2 * A[words + ${number(w, "at", 1)}]
    if call('TTL', K[k]) < life then call('EXPIRE', K[k], life) end
  end
end`;
}
