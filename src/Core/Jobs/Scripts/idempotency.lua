-- Binds an idempotency key to the first job submitted with it.
-- KEYS: 1 the key
-- ARGV: 1 id, 2 fingerprint of the request, 3 lifetime ms
-- Output: '<id> <fingerprint>' of the first job
local first = redis.call('GET', KEYS[1])
if first then return first end
local mine = ARGV[1] .. ' ' .. ARGV[2]
redis.call('SET', KEYS[1], mine, 'PX', ARGV[3])
return mine
