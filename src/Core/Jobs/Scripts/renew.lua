-- Extends leases, and tells which jobs are no longer the caller's.
-- KEYS: 1 open; per job: job
-- ARGV: 1 lease ms, 2 grace ms; per job: id, token
-- Output: per job 'ok' | 'canceled' | 'lost'
local out = {}
local now = now_ms()
for i = 0, #KEYS - 2 do
  local job, id, token = KEYS[2 + i], ARGV[3 + i * 2], ARGV[4 + i * 2]
  local r = redis.call('HMGET', job, 'state', 'lease')
  local holder, _, message, charged = parse_lease(r[2])
  if r[1] == 'running' and holder == token then
    redis.call('HDEL', job, 'lease')
    redis.call('HSET', job, 'lease', format_lease(token, now + tonumber(ARGV[1]), message, charged))
    redis.call('ZADD', KEYS[1], int(now + tonumber(ARGV[1]) + tonumber(ARGV[2])), id)
    out[i + 1] = 'ok'
  else
    out[i + 1] = r[1] == 'canceled' and 'canceled' or 'lost'
  end
end
return out
