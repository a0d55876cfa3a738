-- Changes the state of a rollout, for one caller only, together with the event that says so.
-- KEYS: 1 states, 2 events of the model, 3 notices that are not sent yet
-- ARGV: 1 model, 2 the state it was read as, '' for none, 3 the state from now on, 4 event, 5 notice, 6 most of both kept
-- Output: 1, or 0 where another has changed it
local before = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if before ~= ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('LPUSH', KEYS[2], ARGV[4])
redis.call('LTRIM', KEYS[2], 0, tonumber(ARGV[6]) - 1)
redis.call('LPUSH', KEYS[3], ARGV[5])
redis.call('LTRIM', KEYS[3], 0, tonumber(ARGV[6]) - 1)
return 1
