-- Gives claimed jobs back unrun: the attempt is not charged.
-- KEYS: 1 open, 2 queued:<model>; per job: job
-- ARGV: 1 maximum queue age ms; per job: id, token
-- Output: per job 'ok' | 'lost'
local out = {}
for i = 0, #KEYS - 3 do
  local job, id, token = KEYS[3 + i], ARGV[2 + i * 2], ARGV[3 + i * 2]
  local r = redis.call('HMGET', job, 'state', 'lease', 'attempt', 'created', 'deadline', 'released')
  local holder, _, _, charged = parse_lease(r[2])
  if r[1] == 'running' and holder == token then
    redis.call('HDEL', job, 'lease')
    redis.call('HSET', job, 'state', 'queued', 'attempt', int(tonumber(r[3]) - tonumber(charged)), 'released', token)
    redis.call('ZADD', KEYS[1], int(queued_due(r[4], r[5], tonumber(ARGV[1]))), id)
    redis.call('ZADD', KEYS[2], r[4], id)
    out[i + 1] = 'ok'
  else
    out[i + 1] = r[6] == token and 'ok' or 'lost'
  end
end
return out
