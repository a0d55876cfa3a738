-- A worker takes the jobs of one broker message.
-- KEYS: 1 open, 2 queued:<model>, 3 outbox, 4 payloads; per job: job, inputs
-- ARGV: 1 token, 2 message id, 3 worker, 4 lease ms, 5 grace ms, 6 maximum queue age ms, 7 tombstone ms, 8 channel, 9 model, 10 '1' when records
--       may be rebuilt; per job: id, and when rebuilding also spec, tenant, created, deadline or 0, result ttl s, max attempts, hook
-- Output: per job 'take <attempt>' | 'suspect <attempt>' | 'skip' | 'expired' | 'gave-up' | 'missing'
local k = { open = KEYS[1], queued = KEYS[2], outbox = KEYS[3], payloads = KEYS[4] }
local token, message, worker = ARGV[1], ARGV[2], ARGV[3]
local lease_ms, grace_ms, max_age, tombstone = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local rebuild = ARGV[10] == '1'
local stride = rebuild and 8 or 1
local now = now_ms()
local ended, out = {}, {}

local function rebuild_record(job, id, a)
  if tonumber(ARGV[a + 3]) + max_age < now then return nil end
  redis.call('ZREM', k.open, id)
  redis.call('ZADD', k.open, int(queued_due(ARGV[a + 3], ARGV[a + 4], max_age)), id)
  redis.call('HSET', job, 'state', 'queued', 'model', ARGV[9], 'spec', ARGV[a + 1], 'tenant', ARGV[a + 2], 'created', ARGV[a + 3],
    'deadline', ARGV[a + 4], 'ttl', ARGV[a + 5], 'max', ARGV[a + 6], 'hook', ARGV[a + 7], 'attempt', '0')
  return 'queued'
end

local function take(job, id, attempt, charged, suspect)
  redis.call('HDEL', job, 'unconfirmed', 'lease')
  redis.call('HSET', job, 'state', 'running', 'worker', worker, 'claimed', int(now), 'attempt', int(attempt), 'suspect', suspect,
    'lease', format_lease(now + lease_ms, token, message, charged))
  do_later('ZREM', k.queued, id)
  do_later('ZADD', k.open, int(now + lease_ms + grace_ms), id)
  return (suspect == '1' and 'suspect ' or 'take ') .. int(attempt)
end

local function give_up(job, inputs, id)
  terminate(k, job, inputs, id, now, { state = 'failed', tombstone = tombstone, done = token, code = 'worker-crashed',
    message = 'The worker process ended each time this job ran.' })
  ended[#ended + 1] = id
  return 'gave-up'
end

local function decide(job, inputs, id, a)
  local r = redis.call('HMGET', job, 'state', 'lease', 'attempt', 'max', 'deadline', 'suspect')
  local state, attempt = r[1], tonumber(r[3] or '0')
  if not state then
    if not rebuild then return 'missing' end
    state = rebuild_record(job, id, a)
    if not state then return 'skip' end
    r[4], r[5] = ARGV[a + 6], ARGV[a + 4]
  end
  if terminal_states[state] then return 'skip' end
  if state == 'queued' then
    local deadline = tonumber(r[5] or '0')
    if deadline > 0 and deadline <= now then
      terminate(k, job, inputs, id, now, { state = 'expired', tombstone = tombstone, done = token })
      ended[#ended + 1] = id
      return 'expired'
    end
    if r[6] ~= '1' then return take(job, id, attempt + 1, '1', '0') end
    if attempt >= tonumber(r[4]) then return give_up(job, inputs, id) end
    return take(job, id, attempt, '0', '1')
  end
  local till, holder, from = parse_lease(r[2])
  if holder == token then return (r[6] == '1' and 'suspect ' or 'take ') .. int(attempt) end
  if till > now and from ~= message then return 'skip' end
  if attempt >= tonumber(r[4]) then return give_up(job, inputs, id) end
  return take(job, id, attempt, '0', '1')
end

for i = 0, (#KEYS - 4) / 2 - 1 do
  local a = 11 + i * stride
  out[i + 1] = decide(KEYS[5 + i * 2], KEYS[6 + i * 2], ARGV[a], a)
end
write_later()
if #ended > 0 then redis.call('PUBLISH', ARGV[8], table.concat(ended, ' ')) end
return out
