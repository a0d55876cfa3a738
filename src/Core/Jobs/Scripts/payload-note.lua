-- Notes a payload before its first byte is written: it is deleted after a while, unless `reserve` or `finish` takes it.
-- KEYS: 1 payloads
-- ARGV: 1 name, 2 ms until it is deleted
-- Output: 'ok'
redis.call('ZADD', KEYS[1], int(now_ms() + tonumber(ARGV[2])), ARGV[1])
return 'ok'
