-- Gives claimed jobs back unrun: the attempt is not charged.
-- KEYS: 1 open, 2 queued:<model>; per job: job
-- ARGV: 1 maximum queue age ms; per job: id, token
-- Output: per job 'ok' | 'lost'
local out = {}
for i = 0, #KEYS - 3 do
  local job, id, token = KEYS[3 + i], ARGV[2 + i * 2], ARGV[3 + i * 2]
  local r = redis.call('HMGET', job, 'state', 'lease', 'attempt', 'terms', 'released')
  local _, holder, _, charged = parse_lease(r[2])
  if r[1] == 'running' and holder == token then
    redis.call('HDEL', job, 'lease')
    redis.call('HSET', job, 'state', 'queued', 'attempt', int(tonumber(r[3]) - tonumber(charged)), 'released', token)
    local terms = parse_terms(r[4])
    redis.call('ZADD', KEYS[1], int(queued_due(terms, tonumber(ARGV[1]))), id)
    redis.call('ZADD', KEYS[2], int(terms.created), id)
    out[i + 1] = 'ok'
  else
    out[i + 1] = r[5] == token and 'ok' or 'lost'
  end
end
return out
