import { defineScript } from "@headgate/redis";

/**
 * Compare and set. KEYS: the record. ARGV: the revision it must have, the new record's text, its life in ms.
 * Answers 1 when written, nil when nothing is there, and otherwise what is there, which lives for that long too.
 */
export const compareAndSet = defineScript(`
local current = redis.call('GETEX', KEYS[1], 'PX', ARGV[3])
if not current then return nil end
if string.match(current, '^([%d.]+) ') ~= ARGV[1] then return current end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
`);

/**
 * Puts back what was lost. KEYS: the record. ARGV: its revision, its text, its life in ms.
 * Answers 1 when written, and otherwise what is there: the same or a later revision, or the mark of an ended session.
 * Either way it lives for that long.
 */
export const putBack = defineScript(`
local current = redis.call('GETEX', KEYS[1], 'PX', ARGV[3])
if current then
  local revision = tonumber(string.match(current, '^([%d.]+) ') or '')
  if not revision or revision >= tonumber(ARGV[1]) then return current end
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
`);
