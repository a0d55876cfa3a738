-- Takes webhook deliveries that are due, and hides them from other dispatchers for the length of a lease.
-- KEYS: 1 outbox
-- ARGV: 1 how many at most, 2 lease ms
-- Output: job ids
local now = now_ms()
redis.call('ZREM', KEYS[1], '')
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', int(now), 'LIMIT', 0, tonumber(ARGV[1]))
for i = 1, #ids do redis.call('ZADD', KEYS[1], int(now + tonumber(ARGV[2])), ids[i]) end
return ids
