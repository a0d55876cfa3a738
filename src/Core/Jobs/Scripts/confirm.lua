-- Marks a group of jobs as confirmed by the broker.
-- KEYS: 1 open; per job: job
-- ARGV: 1 maximum queue age ms; per job: id
-- Output: per job its state, or 'missing'
local out = {}
for i = 1, #KEYS - 1 do
  local job, id = KEYS[1 + i], ARGV[1 + i]
  local r = redis.call('HMGET', job, 'state', 'created', 'deadline', 'unconfirmed')
  local state = r[1]
  if state and r[4] and not terminal_states[state] then
    redis.call('HDEL', job, 'unconfirmed')
    if state == 'queued' then do_later('ZADD', KEYS[1], int(queued_due(r[2], r[3], tonumber(ARGV[1]))), id) end
  end
  out[i] = state or 'missing'
end
write_later()
return out
