-- Keeps a dead letter, so that the broker may forget it.
-- KEYS: 1 state, 2 index, 3 letter
-- ARGV: 1 id, 2 bytes it takes, 3 what is shown of it, 4 body
-- Output: 'kept' | 'known'
if redis.call('ZSCORE', KEYS[2], ARGV[1]) then return 'known' end
-- No two have one place, so that a page can begin behind any of them.
local place, last = now_ms(), tonumber(redis.call('HGET', KEYS[1], 'last') or '0')
if place <= last then place = last + 1 end
redis.call('HSET', KEYS[1], 'last', int(place))
redis.call('HINCRBY', KEYS[1], 'bytes', ARGV[2])
redis.call('HSET', KEYS[3], 'bytes', ARGV[2], 'meta', ARGV[3], 'body', ARGV[4])
redis.call('ZADD', KEYS[2], int(place), ARGV[1])
return 'kept'
