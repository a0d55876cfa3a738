-- A worker takes the jobs of one broker message.
-- KEYS: 1 open, 2 queued:<model>, 3 outbox, 4 payloads, 5 unconfirmed; per job: job, inputs
-- ARGV: 1 token, 2 message id, 3 worker, 4 lease ms, 5 grace ms, 6 maximum queue age ms, 7 tombstone ms, 8 channel, 9 model, 10 '1' when records
--       may be rebuilt; per job: id, and when rebuilding also tenant, terms, more or ''
-- Output: per job 'take <attempt>' | 'suspect <attempt>' | 'skip' | 'expired' | 'gave-up' | 'missing'
local k = { open = KEYS[1], queued = KEYS[2], outbox = KEYS[3], payloads = KEYS[4], tombstone = tonumber(ARGV[7]) }
local token, message, worker = ARGV[1], ARGV[2], ARGV[3]
local lease_ms, grace_ms, max_age = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local rebuild = ARGV[10] == '1'
local stride = rebuild and 4 or 1
local now = now_ms()
local claimed, due = int(now) .. ' ' .. worker, int(now + lease_ms + grace_ms)
local ended, out = {}, {}

local function rebuild_record(job, id, a)
  local terms = parse_terms(ARGV[a + 2])
  if terms.created + max_age < now then return nil end
  redis.call('ZADD', k.open, int(queued_due(terms, max_age)), id)
  write_record(job, ARGV[9], ARGV[a + 1], ARGV[a + 2], ARGV[a + 3])
  return 'queued'
end

local function take(job, id, attempt, charged, suspect)
  local lease = format_lease(now + lease_ms, token, message, charged)
  if suspect then
    redis.call('HSET', job, 'state', 'running', 'claimed', claimed, 'attempt', int(attempt), 'lease', lease, 'suspect', '1')
  else
    redis.call('HSET', job, 'state', 'running', 'claimed', claimed, 'attempt', int(attempt), 'lease', lease)
  end
  do_later('ZREM', k.queued, id)
  do_later('ZADD', k.open, due, id)
  return (suspect and 'suspect ' or 'take ') .. int(attempt)
end

local function stop(job, inputs, id, was, end_)
  end_.token = token
  terminate(k, job, inputs, id, now, was, end_)
  ended[#ended + 1] = id
end

local function give_up(job, inputs, id, was)
  stop(job, inputs, id, was, { state = 'failed', error = 'worker-crashed The worker process ended each time this job ran.' })
  return 'gave-up'
end

local function decide(job, inputs, id, a)
  local r = redis.call('HMGET', job, 'state', 'lease', 'attempt', 'terms', 'suspect', 'payload')
  local state, attempt, suspect = r[1], tonumber(r[3] or '0'), r[5] == '1'
  local was = { terms = r[4], payload = r[6] }
  if not state then
    if not rebuild then return 'missing' end
    state, was.terms = rebuild_record(job, id, a), ARGV[a + 2]
    if not state then return 'skip' end
  end
  if terminal_states[state] then return 'skip' end
  local terms = parse_terms(was.terms)
  if state == 'queued' then
    if terms.deadline > 0 and terms.deadline <= now then
      stop(job, inputs, id, was, { state = 'expired' })
      return 'expired'
    end
    if not suspect then return take(job, id, attempt + 1, '1', false) end
    if attempt >= terms.max then return give_up(job, inputs, id, was) end
    return take(job, id, attempt, '0', true)
  end
  local till, holder, from = parse_lease(r[2])
  if holder == token then return (suspect and 'suspect ' or 'take ') .. int(attempt) end
  if till > now and from ~= message then return 'skip' end
  if attempt >= terms.max then return give_up(job, inputs, id, was) end
  return take(job, id, attempt, '0', true)
end

-- That the message came proves that the broker has it.
for i = 0, (#KEYS - 5) / 2 - 1 do do_later('SREM', KEYS[5], ARGV[11 + i * stride]) end
write_later()
for i = 0, (#KEYS - 5) / 2 - 1 do
  local a = 11 + i * stride
  out[i + 1] = decide(KEYS[6 + i * 2], KEYS[7 + i * 2], ARGV[a], a)
end
write_later()
if #ended > 0 then redis.call('PUBLISH', ARGV[8], table.concat(ended, ' ')) end
return out
