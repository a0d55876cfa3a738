-- Whether one more dead letter may be kept. Asked before one is fetched from the broker: that it writes shows that Redis takes writes.
-- KEYS: 1 state, 2 index
-- ARGV: 1 most bytes of all letters, 2 messages on the broker
-- Output: 'room' | 'full', letters kept
redis.call('HSET', KEYS[1], 'on_broker', ARGV[2], 'seen', int(now_ms()))
local bytes = tonumber(redis.call('HGET', KEYS[1], 'bytes') or '0')
return { bytes < tonumber(ARGV[1]) and 'room' or 'full', int(redis.call('ZCARD', KEYS[2])) }
