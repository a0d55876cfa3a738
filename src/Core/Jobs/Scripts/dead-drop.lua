-- Removes dead letters that were sent on or that nobody wants.
-- KEYS: 1 state, 2 index; per letter: letter
-- ARGV: ids
-- Output: per letter 'dropped' | 'missing'
local state, index = KEYS[1], KEYS[2]
local out = {}
allow_writes(state)
for i, id in ipairs(ARGV) do
  local bytes = redis.call('HGET', KEYS[i + 2], 'bytes')
  redis.call('DEL', KEYS[i + 2])
  -- The index last: what stands there without a letter is found and removed again.
  if redis.call('ZREM', index, id) == 1 then
    if bytes then redis.call('HINCRBY', state, 'bytes', '-' .. bytes) end
    out[i] = 'dropped'
  else
    out[i] = 'missing'
  end
end
-- A script that was cut short may have left the sum wrong; with nothing kept it is known.
if redis.call('ZCARD', index) == 0 then redis.call('HSET', state, 'bytes', '0') end
return out
