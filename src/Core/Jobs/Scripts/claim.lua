-- A worker takes the jobs of one broker message.
-- KEYS: 1 open, 2 queued:<model>, 3 outbox, 4 payloads, 5 unconfirmed; per job: job, inputs
-- ARGV: 1 token, 2 message id, 3 worker, 4 lease ms, 5 grace ms, 6 maximum queue age ms, 7 tombstone ms, 8 channel, 9 model, 10 '1' when records
--       may be rebuilt, 11 ms after which a running job is long; per job: id, and when rebuilding also tenant, created, terms, deadline or '', more or ''
-- Output: per job 'take <attempt>' | 'suspect <attempt>' | 'later' | 'skip' | 'expired' | 'gave-up' | 'missing'
local token, message, worker = ARGV[1], ARGV[2], ARGV[3]
local lease_ms, grace_ms, max_age = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local rebuild, long_ms = ARGV[10] == '1', tonumber(ARGV[11])
local stride = rebuild and 6 or 1
local now = now_ms()
local claimed, due = int(now) .. ' ' .. worker, int(now + lease_ms + grace_ms)
local ended, out = {}, {}
local trust = collect('SREM', KEYS[5])
local dequeue, open_until = collect('ZREM', KEYS[2]), collect('ZADD', KEYS[1])
local terminate = ender(now, tonumber(ARGV[7]))
local lease = once(function(charged) return format_lease(token, now + lease_ms, message, charged) end)
local text = once(int)

local function rebuild_record(job, id, a)
  local created, deadline = ARGV[a + 2], ARGV[a + 4]
  if tonumber(created) + max_age < now then return nil end
  redis.call('ZADD', KEYS[1], int(queued_due(created, deadline ~= '' and deadline, max_age)), id)
  write_record(job, ARGV[9], ARGV[a + 1], created, ARGV[a + 3], deadline, ARGV[a + 5])
  return 'queued'
end

local function take(job, id, attempt, charged, suspect)
  if suspect then
    redis.call('HSET', job, 'state', 'running', 'claimed', claimed, 'attempt', text(attempt), 'lease', lease(charged), 'suspect', '1')
  else
    redis.call('HSET', job, 'state', 'running', 'claimed', claimed, 'attempt', text(attempt), 'lease', lease(charged))
  end
  dequeue(id)
  open_until(due, id)
  return (suspect and 'suspect ' or 'take ') .. text(attempt)
end

-- A broker takes a message back from a worker that is well, when a job runs for longer than its patience. Who renews is alive:
-- of a lease that is renewed more than half is left. Of a job that has just begun nobody asks, since there the process has died.
local function lives(till, since)
  local began = tonumber(string.match(since or '', '^%d+') or now)
  return now - began > long_ms and till - now > lease_ms / 2
end

local function stop(job, inputs, id, was, end_)
  end_.token = token
  terminate(job, inputs, id, was, end_)
  ended[#ended + 1] = id
end

local function give_up(job, inputs, id, was)
  stop(job, inputs, id, was, { state = 'failed', error = 'worker-crashed The worker process ended each time this job ran.' })
  return 'gave-up'
end

local function decide(job, inputs, id, a)
  local r = redis.call('HMGET', job, 'state', 'lease', 'attempt', 'terms', 'suspect', 'payload', 'deadline', 'claimed')
  local state, attempt, suspect = r[1], tonumber(r[3] or '0'), r[5] == '1'
  local was, deadline = { terms = r[4], payload = r[6] }, r[7]
  if not state then
    if not rebuild then return 'missing' end
    state, was.terms, deadline = rebuild_record(job, id, a), ARGV[a + 3], ARGV[a + 4] ~= '' and ARGV[a + 4]
    if not state then return 'skip' end
  end
  if terminal_states[state] then return 'skip' end
  local terms = parse_terms(was.terms)
  if state == 'queued' then
    if deadline and tonumber(deadline) <= now then
      stop(job, inputs, id, was, { state = 'expired' })
      return 'expired'
    end
    if not suspect then return take(job, id, attempt + 1, '1', false) end
    if attempt >= terms.max then return give_up(job, inputs, id, was) end
    return take(job, id, attempt, '0', true)
  end
  local holder, till, from = parse_lease(r[2])
  if holder == token then return (suspect and 'suspect ' or 'take ') .. int(attempt) end
  if till > now and from ~= message then return 'skip' end
  if lives(till, r[8]) then return 'later' end
  if attempt >= terms.max then return give_up(job, inputs, id, was) end
  return take(job, id, attempt, '0', true)
end

-- That the message came proves that the broker has it.
for i = 0, (#KEYS - 5) / 2 - 1 do trust(ARGV[12 + i * stride]) end
write_collected()
for i = 0, (#KEYS - 5) / 2 - 1 do
  local a = 12 + i * stride
  out[i + 1] = decide(KEYS[6 + i * 2], KEYS[7 + i * 2], ARGV[a], a)
end
write_collected()
if #ended > 0 then redis.call('PUBLISH', ARGV[8], table.concat(ended, ' ')) end
return out
