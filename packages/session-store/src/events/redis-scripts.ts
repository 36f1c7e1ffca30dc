import { defineScript } from "@headgate/redis";

/**
 * Appends an event. KEYS: the session's index, the stream. ARGV: the event, most events, most bytes, life in ms, most
 * streams, the stream's part of its key, the channel. Answers the new sequence and the one before; nil when the session
 * was ended.
 *
 * A sequence is the time in microseconds, and more than the one before: so it never comes again, whatever was lost.
 * Each entry has the sequence before it (p), so that a hole can be told, and all bytes of the stream up to and with it
 * (c), so that those kept are known without counting. Streams that go are of this session, so of the same slot.
 */
export const appendEvent = defineScript(`
if redis.call('TYPE', KEYS[1]).ok == 'string' then return nil end
local previous, total = 0, 0
local tail = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
if tail then
  previous = tonumber(string.match(tail[1], '^%d+'))
  total = tonumber(tail[2][4])
end
local time = redis.call('TIME')
local sequence = math.max(previous + 1, tonumber(time[1]) * 1000000 + tonumber(time[2]))
local id = string.format('%.0f', sequence)
local before = string.format('%.0f', previous)
total = total + #ARGV[1]
redis.call('XADD', KEYS[2], 'MAXLEN', '=', ARGV[2], id .. '-0',
  'p', before, 'c', string.format('%.0f', total), 'e', ARGV[1])
local most = tonumber(ARGV[3])
while true do
  local head = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
  if total - (tonumber(head[2][4]) - #head[2][6]) <= most then break end
  redis.call('XDEL', KEYS[2], head[1])
end
redis.call('PEXPIRE', KEYS[2], ARGV[4])
redis.call('ZADD', KEYS[1], id, ARGV[6])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
while redis.call('ZCARD', KEYS[1]) > tonumber(ARGV[5]) do
  redis.call('DEL', KEYS[1] .. ':' .. redis.call('ZPOPMIN', KEYS[1])[1])
end
redis.call('PUBLISH', ARGV[7], id)
return {id, before}
`);

/** Deletes a session's events and leaves a mark. KEYS: the session's index. ARGV: the life of the mark in ms. */
export const deleteEvents = defineScript(`
if redis.call('TYPE', KEYS[1]).ok == 'zset' then
  for _, stream in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    redis.call('DEL', KEYS[1] .. ':' .. stream)
  end
end
redis.call('SET', KEYS[1], 'ended', 'PX', ARGV[1])
return 1
`);
