-- Records the end of one delivery attempt.
-- KEYS: 1 outbox, 2 delivery
-- ARGV: 1 job id, 2 'done' or the ms until the next attempt, 3 attempts made so far
-- Output: '1'
if ARGV[2] == 'done' then
  redis.call('ZREM', KEYS[1], ARGV[1])
  redis.call('DEL', KEYS[2])
  return '1'
end
redis.call('HDEL', KEYS[2], 'attempts')
redis.call('HSET', KEYS[2], 'attempts', ARGV[3])
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then redis.call('ZADD', KEYS[1], int(now_ms() + tonumber(ARGV[2])), ARGV[1]) end
return '1'
