-- Looks at jobs that are due in `open`: expires and fails what is stuck, rescores the rest.
-- KEYS: 1 open, 2 queued:<model>, 3 outbox, 4 payloads; per job: job, inputs
-- ARGV: 1 tombstone ms, 2 channel, 3 maximum queue age ms, 4 grace ms; per job: id
-- Output: per job 'none' | 'expired' | 'enqueue-failed' | 'lost-by-broker' | 'republish'
local k = { open = KEYS[1], queued = KEYS[2], outbox = KEYS[3], payloads = KEYS[4] }
local tombstone, max_age, grace = tonumber(ARGV[1]), tonumber(ARGV[3]), tonumber(ARGV[4])
local now = now_ms()
local ended, out = {}, {}

local function fail(job, inputs, id, code, message)
  terminate(k, job, inputs, id, now, { state = 'failed', tombstone = tombstone, code = code, message = message })
  ended[#ended + 1] = id
  return code
end

local function expire(job, inputs, id)
  terminate(k, job, inputs, id, now, { state = 'expired', tombstone = tombstone })
  ended[#ended + 1] = id
  return 'expired'
end

local function look_again(id, due)
  redis.call('ZREM', k.open, id)
  redis.call('ZADD', k.open, int(due), id)
  return 'none'
end

local function queued_job(job, inputs, id, r)
  local deadline = tonumber(r[4])
  if deadline > 0 and deadline <= now then return expire(job, inputs, id) end
  if r[5] then return fail(job, inputs, id, 'enqueue-failed', 'The broker did not confirm this job in time.') end
  if tonumber(r[3]) + max_age <= now then return expire(job, inputs, id) end
  return look_again(id, queued_due(r[3], r[4], max_age))
end

local function running_job(job, inputs, id, r)
  local till = parse_lease(r[2])
  if till > 0 and till + grace > now then return look_again(id, till + grace) end
  if redis.call('EXISTS', inputs) == 1 then
    look_again(id, now + grace)
    return 'republish'
  end
  return fail(job, inputs, id, 'lost-by-broker', 'Its worker is gone and the broker did not deliver it again.')
end

for i = 0, (#KEYS - 4) / 2 - 1 do
  local job, inputs, id = KEYS[5 + i * 2], KEYS[6 + i * 2], ARGV[5 + i]
  local score = redis.call('ZSCORE', k.open, id)
  local verdict = 'none'
  if score and tonumber(score) <= now then
    local r = redis.call('HMGET', job, 'state', 'lease', 'created', 'deadline', 'unconfirmed', 'keep', 'payload')
    if not r[1] then
      redis.call('ZREM', k.open, id)
      redis.call('ZREM', k.queued, id)
      redis.call('DEL', inputs)
    elseif terminal_states[r[1]] then
      settle(k, job, inputs, id, now, tonumber(r[6] or tombstone), r[7])
    elseif r[1] == 'queued' then
      verdict = queued_job(job, inputs, id, r)
    else
      verdict = running_job(job, inputs, id, r)
    end
  end
  out[i + 1] = verdict
end
write_later()
if #ended > 0 then redis.call('PUBLISH', ARGV[2], table.concat(ended, ' ')) end
return out
