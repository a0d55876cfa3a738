-- Looks at jobs that are due in `open`: expires and fails what is stuck, rescores the rest.
-- KEYS: 1 open, 2 queued:<model>, 3 outbox, 4 payloads, 5 unconfirmed; per job: job, inputs
-- ARGV: 1 tombstone ms, 2 channel, 3 maximum queue age ms, 4 grace ms; per job: id
-- Output: per job 'none' | 'expired' | 'enqueue-failed' | 'lost-by-broker' | 'republish'
local tombstone, max_age, grace = tonumber(ARGV[1]), tonumber(ARGV[3]), tonumber(ARGV[4])
local now = now_ms()
local terminate, settle = ender(now, tombstone)
local ended, out = {}, {}

local function stop(job, inputs, id, r, end_)
  redis.call('SREM', KEYS[5], id)
  terminate(job, inputs, id, { terms = r[3], payload = r[5] }, end_)
  ended[#ended + 1] = id
end

local function fail(job, inputs, id, r, code, message)
  stop(job, inputs, id, r, { state = 'failed', error = code .. ' ' .. message })
  return code
end

local function expire(job, inputs, id, r)
  stop(job, inputs, id, r, { state = 'expired' })
  return 'expired'
end

local function look_again(id, due)
  allow_writes(KEYS[6])
  redis.call('ZADD', KEYS[1], int(due), id)
  return 'none'
end

local function queued_job(job, inputs, id, r)
  local created, deadline = r[6], r[7]
  if deadline and tonumber(deadline) <= now then return expire(job, inputs, id, r) end
  if redis.call('SISMEMBER', KEYS[5], id) == 1 then return fail(job, inputs, id, r, 'enqueue-failed', 'The broker did not confirm this job in time.') end
  if tonumber(created) + max_age <= now then return expire(job, inputs, id, r) end
  return look_again(id, queued_due(created, deadline, max_age))
end

local function running_job(job, inputs, id, r)
  local _, till = parse_lease(r[2])
  if till > 0 and till + grace > now then return look_again(id, till + grace) end
  if redis.call('EXISTS', inputs) == 1 then
    look_again(id, now + grace)
    return 'republish'
  end
  return fail(job, inputs, id, r, 'lost-by-broker', 'Its worker is gone and the broker did not deliver it again.')
end

for i = 0, (#KEYS - 5) / 2 - 1 do
  local job, inputs, id = KEYS[6 + i * 2], KEYS[7 + i * 2], ARGV[5 + i]
  local score = redis.call('ZSCORE', KEYS[1], id)
  local verdict = 'none'
  if score and tonumber(score) <= now then
    local r = redis.call('HMGET', job, 'state', 'lease', 'terms', 'ended', 'payload', 'created', 'deadline')
    if not r[1] then
      -- Last that by which it would be found again.
      redis.call('SREM', KEYS[5], id)
      redis.call('DEL', inputs)
      redis.call('ZREM', KEYS[2], id)
      redis.call('ZREM', KEYS[1], id)
    elseif terminal_states[r[1]] then
      settle(job, inputs, id, tonumber(string.match(r[4] or '', '%d+$') or tombstone), true, r[5])
    elseif r[1] == 'queued' then
      verdict = queued_job(job, inputs, id, r)
    else
      verdict = running_job(job, inputs, id, r)
    end
  end
  out[i + 1] = verdict
end
write_collected()
if #ended > 0 then redis.call('PUBLISH', ARGV[2], table.concat(ended, ' ')) end
return out
