-- Forgets a terminal job and its payloads; the state stays as a tombstone, so that a late copy cannot bring the job back.
-- KEYS: 1 job, 2 result, 3 list, 4 outbox, 5 payloads
-- ARGV: 1 id
-- Output: 'forgotten' | 'open' | 'missing'
local r = redis.call('HMGET', KEYS[1], 'state', 'output', 'error')
if not r[1] then return 'missing' end
if not terminal_states[r[1]] then return 'open' end
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('DEL', KEYS[2])
if r[2] then redis.call('ZADD', KEYS[5], int(now_ms()), r[2]) end
redis.call('HSET', KEYS[1], 'forgotten', '1')
-- Of why it failed the code stays: the rest may tell something of its inputs.
if r[3] then redis.call('HSET', KEYS[1], 'error', string.match(r[3], '^%S+') .. ' ') end
-- An event that is still to be delivered is rendered from these.
if not redis.call('ZSCORE', KEYS[4], ARGV[1]) then redis.call('HDEL', KEYS[1], 'tenant', 'terms', 'more', 'run', 'sha') end
return 'forgotten'
