-- Names payloads whose time is over. Nobody takes them any more: `reserve` compares with the same clock.
-- KEYS: 1 payloads
-- ARGV: 1 most names
-- Output: names
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', int(now_ms()), 'LIMIT', 0, ARGV[1])
