-- Standalone, at start: no worker of an earlier process lives, so every running job goes back to the queue as a suspect.
-- KEYS: 1 open, 2 queued:<model>, 3 unconfirmed; per job: job
-- ARGV: 1 maximum queue age ms; per job: id
-- Output: per job '1' when it is to be published again, else '0'
local out = {}
for i = 1, #KEYS - 3 do
  local job, id = KEYS[3 + i], ARGV[1 + i]
  local r = redis.call('HMGET', job, 'state', 'created', 'deadline')
  if r[1] == 'running' or r[1] == 'queued' then
    redis.call('HDEL', job, 'lease')
    redis.call('SREM', KEYS[3], id)
    if r[1] == 'running' then redis.call('HSET', job, 'state', 'queued', 'suspect', '1') end
    redis.call('ZADD', KEYS[1], int(queued_due(r[2], r[3], tonumber(ARGV[1]))), id)
    redis.call('ZADD', KEYS[2], r[2], id)
    out[i] = '1'
  else
    out[i] = '0'
  end
end
return out
