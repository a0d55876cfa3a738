-- Shared by every script: it is put in front of each one when the scripts are loaded.
-- Rules all scripts keep:
--   * time comes from the server;
--   * every key is in KEYS;
--   * every script but reserve first writes something that takes no memory, so that a full Redis lets jobs finish and turns new ones away;
--   * any prefix of a script is safe, since an append-only file may end in the middle of one;
--   * running a script again after a lost reply gives the same answer.
--
-- A record is a hash of short fields, so that Redis keeps it in one piece of memory:
--   state
--   model, tenant
--   terms      "<created ms> <deadline ms or 0> <result ttl s> <max attempts> <states its webhook wants> <1 when inputs are kept>"
--   more       JSON of what else was fixed, where anything was
--   payload    name of its large inputs, where it has some
--   attempt    attempts charged
--   suspect    '1' once a worker died or fell silent with it
--   claimed    "<ms> <worker>"
--   lease      "<until ms> <token> <message id> <1 when an attempt was charged for it>"; of an ended job, with the token of the call that ended it
--   released   token of the claim that was given back last
--   ended      "<ms> <ms its result goes> <ms its record is kept>"
--   error      "<code> <message>", of a failed job
--   run, sha   how and by which file it ran
--   output     name of its large result, where it has one
--   forgotten  '1' once its owner deleted it

local function now_ms()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

local function int(x)
  return string.format('%.0f', x)
end

local terminal_states = { succeeded = true, failed = true, canceled = true, expired = true }

local function format_lease(till, token, message, charged)
  return int(till) .. ' ' .. token .. ' ' .. message .. ' ' .. charged
end

local function parse_lease(lease)
  if not lease then return 0, '', '', '0' end
  local till, token, message, charged = string.match(lease, '^(%d+) (%S+) (%S+) (%d)$')
  return tonumber(till), token, message, charged
end

local terms_pattern = '^(%d+) (%d+) (%d+) (%d+) (%S+) (%d)$'

local function parse_terms(terms)
  if not terms then return nil end
  local created, deadline, ttl, max, wants, kept = string.match(terms, terms_pattern)
  return { created = tonumber(created), deadline = tonumber(deadline), ttl = tonumber(ttl) * 1000, max = tonumber(max), wants = wants, kept = kept == '1' }
end

-- When a queued job must next be looked at: its deadline or its greatest age, whichever is first.
local function queued_due(terms, max_age)
  local due = terms.created + max_age
  if terms.deadline > 0 and terms.deadline < due then due = terms.deadline end
  return due
end

local function write_record(job, model, tenant, terms, more)
  if more == '' then
    redis.call('HSET', job, 'state', 'queued', 'model', model, 'tenant', tenant, 'terms', terms)
  else
    redis.call('HSET', job, 'state', 'queued', 'model', model, 'tenant', tenant, 'terms', terms, 'more', more)
  end
end

-- The first write of a script: a full Redis refuses one that may need memory, and none after another.
local function allow_writes(key)
  redis.call('HDEL', key, '')
end

-- Index entries of all jobs of a script go in one command for each index, which costs a fraction of one for each job.
-- A script that collects ends with write_later(), in the order in which the commands were first named.
local unpack = unpack or table.unpack
local later = {}

local function do_later(command, key, argument, more)
  local entry = later[command .. key]
  if not entry then
    entry = { command, key }
    later[command .. key] = entry
    later[#later + 1] = entry
  end
  entry[#entry + 1] = argument
  if more then entry[#entry + 1] = more end
end

local function write_later()
  for _, entry in ipairs(later) do redis.call(unpack(entry)) end
  later = {}
end

-- What stays to be done once a state is terminal. Done again, it changes nothing.
local function settle(k, job, inputs, id, now, keep, kept, payload)
  redis.call('PEXPIRE', job, int(keep))
  if payload then redis.call('ZADD', k.payloads, int(now), payload) end
  if kept then redis.call('DEL', inputs) end
  do_later('ZREM', k.queued, id)
  do_later('ZREM', k.open, id)
end

local letters = { succeeded = 's', failed = 'f', canceled = 'c', expired = 'e' }

-- The one way into a terminal state. k: {open, queued, outbox, payloads, tombstone}; was: {terms, payload} of the record;
-- end_: {state, token, result key, result, output, error, run, sha}.
local function terminate(k, job, inputs, id, now, was, end_)
  local terms = parse_terms(was.terms) or { ttl = 3600000, wants = '-', kept = true }
  local keep = k.tombstone
  if terms.ttl > keep then keep = terms.ttl end
  if end_.output then
    redis.call('HSET', job, 'output', end_.output)
    -- A minute more than the result, so that what is being read at its end is read to its end.
    redis.call('ZADD', k.payloads, int(now + terms.ttl + 60000), end_.output)
  end
  if end_.result then redis.call('SET', end_.result_key, end_.result, 'PX', int(terms.ttl)) end
  if string.find(terms.wants, letters[end_.state], 1, true) then
    redis.call('ZADD', k.outbox, int(now), id)
    -- The event is rendered from the record, so the record must outlast a dispatcher that is away.
    if keep < 604800000 then keep = 604800000 end
  end
  local fields = { 'HSET', job, 'state', end_.state, 'lease', format_lease(now, end_.token or '-', '-', '0'),
    'ended', int(now) .. ' ' .. int(now + terms.ttl) .. ' ' .. int(keep) }
  local function add(name, value)
    if value and value ~= '' then fields[#fields + 1], fields[#fields + 2] = name, value end
  end
  add('error', end_.error)
  add('run', end_.run)
  add('sha', end_.sha)
  redis.call(unpack(fields))
  settle(k, job, inputs, id, now, keep, terms.kept, was.payload)
end
