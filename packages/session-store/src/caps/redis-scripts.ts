import { defineScript } from "@headgate/redis";

/**
 * Counts a session. KEYS: the user's sessions, by when it is worth asking whether they are over; the sessions begun this
 * minute. ARGV: the session, most sessions, most a minute, the life of a session in ms, that of the user's key, most
 * suspects; then the life left of sessions that were asked about, each after its id, 0 for one that is over.
 * Answers {'admitted'}, {'suspects', ids…}, or a reason with the ms to wait.
 */
export const countSession = defineScript(`
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
for index = 7, #ARGV, 2 do
  local left = tonumber(ARGV[index + 1])
  if left > 0 then redis.call('ZADD', KEYS[1], 'XX', now + left, ARGV[index])
  else redis.call('ZREM', KEYS[1], ARGV[index]) end
end
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return {'admitted'} end
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then
  local suspects = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[6])
  if #suspects > 0 then
    table.insert(suspects, 1, 'suspects')
    return suspects
  end
  local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
  return {'user-full', math.floor(tonumber(first) - now)}
end
local begun = tonumber(redis.call('GET', KEYS[2]) or '0')
if begun >= tonumber(ARGV[3]) then return {'user-too-fast', redis.call('PTTL', KEYS[2])} end
if begun == 0 then redis.call('SET', KEYS[2], 1, 'PX', 60000) else redis.call('INCR', KEYS[2]) end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[4]), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return {'admitted'}
`);
