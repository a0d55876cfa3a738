-- Charges one attempt just before a suspect, or a job that is tried again, runs alone.
-- KEYS: 1 open; per job: job
-- ARGV: 1 lease ms, 2 grace ms; per job: id, token, the attempt this will be
-- Output: per job 'ok' | 'lost'
local out = {}
local now = now_ms()
for i = 0, #KEYS - 2 do
  local job, id, token, wanted = KEYS[2 + i], ARGV[3 + i * 3], ARGV[4 + i * 3], tonumber(ARGV[5 + i * 3])
  local r = redis.call('HMGET', job, 'state', 'lease', 'attempt')
  local holder, _, message = parse_lease(r[2])
  if r[1] == 'running' and holder == token then
    if tonumber(r[3]) < wanted then
      redis.call('HDEL', job, 'lease')
      redis.call('HSET', job, 'attempt', int(wanted), 'lease', format_lease(token, now + tonumber(ARGV[1]), message, '1'))
      redis.call('ZADD', KEYS[1], int(now + tonumber(ARGV[1]) + tonumber(ARGV[2])), id)
    end
    out[i + 1] = 'ok'
  else
    out[i + 1] = 'lost'
  end
end
return out
