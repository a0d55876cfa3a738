-- Shared by every script: it is put in front of each one when the scripts are loaded.
-- Rules all scripts keep:
--   * time comes from the server;
--   * every key is in KEYS;
--   * every script but reserve first writes something that takes no memory, so that a full Redis lets jobs finish and turns new ones away;
--   * any prefix of a script is safe, since an append-only file may end in the middle of one;
--   * running a script again after a lost reply gives the same answer.
--
-- What is alike for the jobs of a group is made once: a text of a number, a pattern or a joined key costs a script as much as a command.
--
-- A change of fields or keys that an earlier build cannot live with needs a new StoreFormat.Version.
--
-- A record is a hash of short fields, so that Redis keeps it in one piece of memory:
--   state
--   model, tenant
--   created    ms
--   deadline   ms, where it has one
--   terms      "<result ttl s> <max attempts> <states its webhook wants> <1 when inputs are kept>"
--   more       JSON of what else was fixed, where anything was
--   payload    name of its large inputs, where it has some
--   attempt    attempts charged
--   suspect    '1' once a worker died or fell silent with it
--   claimed    "<ms> <worker>"
--   lease      "<token> <until ms> <message id> <1 when an attempt was charged for it>"; of an ended job, with the token of the call that ended it
--   released   token of the claim that was given back last
--   ended      "<ms> <ms its result goes> <ms its record is kept>"
--   error      "<code> <message>", of a failed job
--   run, sha   how and by which file it ran
--   output     name of its large result, where it has one
--   forgotten  '1' once its owner deleted it

local unpack = unpack or table.unpack

local function now_ms()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

local function int(x)
  return string.format('%.0f', x)
end

-- What a function gave for an argument before.
local function once(make)
  local made = {}
  return function(argument)
    local value = made[argument]
    if value == nil then
      value = make(argument)
      made[argument] = value
    end
    return value
  end
end

local terminal_states = { succeeded = true, failed = true, canceled = true, expired = true }

local function format_lease(token, till, message, charged)
  return token .. ' ' .. int(till) .. ' ' .. message .. ' ' .. charged
end

local function parse_lease(lease)
  if not lease then return '', 0, '', '0' end
  local token, till, message, charged = string.match(lease, '^(%S+) (%d+) (%S+) (%d)$')
  return token, tonumber(till), message, charged
end

local lease_begin = once(function(token) return token .. ' ' end)

-- Whether a lease has this token.
local function holds(token, lease)
  return lease and string.sub(lease, 1, #token + 1) == lease_begin(token)
end

local parse_terms = once(function(terms)
  local ttl, max, wants, kept = string.match(terms, '^(%d+) (%d+) (%S+) (%d)$')
  return { ttl = tonumber(ttl) * 1000, max = tonumber(max), wants = wants, kept = kept == '1' }
end)

-- When a queued job must next be looked at: its deadline or its greatest age, whichever is first.
local function queued_due(created, deadline, max_age)
  local due = tonumber(created) + max_age
  if deadline and tonumber(deadline) < due then due = tonumber(deadline) end
  return due
end

local function write_record(job, model, tenant, created, terms, deadline, more)
  local fields = { 'HSET', job, 'state', 'queued', 'model', model, 'tenant', tenant, 'created', created, 'terms', terms }
  if deadline ~= '' then fields[#fields + 1], fields[#fields + 2] = 'deadline', deadline end
  if more ~= '' then fields[#fields + 1], fields[#fields + 2] = 'more', more end
  redis.call(unpack(fields))
end

-- The first write of a script: a full Redis refuses one that may need memory, and none after another.
local function allow_writes(key)
  redis.call('HDEL', key, '')
end

-- Entries of an index go in one command for all jobs of a script, which costs a fraction of one for each job.
-- What `collect` answers takes an entry; `write_collected` ends each such script, in the order in which the commands were named.
local collected = {}

local function collect(command, key)
  local entry = { command, key }
  collected[#collected + 1] = entry
  return function(argument, more)
    entry[#entry + 1] = argument
    if more then entry[#entry + 1] = more end
  end
end

local function write_collected()
  for _, entry in ipairs(collected) do
    if #entry > 2 then redis.call(unpack(entry)) end
    for i = #entry, 3, -1 do entry[i] = nil end
  end
end

-- Ends jobs. KEYS[1..4] of its scripts are open, queued:<model>, outbox and payloads.
local function ender(now, tombstone)
  local outbox, payloads = KEYS[3], KEYS[4]
  local unqueue, close = collect('ZREM', KEYS[2]), collect('ZREM', KEYS[1])
  local now_text = int(now)
  local letters = { succeeded = 's', failed = 'f', canceled = 'c', expired = 'e' }
  local text = once(int)
  local without_terms = { ttl = 3600000, wants = '-', kept = true }

  -- What stays to be done once a state is terminal. Done again, it changes nothing.
  local function settle(job, inputs, id, keep, kept, payload)
    redis.call('PEXPIRE', job, text(keep))
    if payload then redis.call('ZADD', payloads, now_text, payload) end
    if kept then redis.call('DEL', inputs) end
    unqueue(id)
    close(id)
  end

  -- For each time to live: how long the record is kept, and the field `ended`.
  local ending = once(function(ttl)
    local keep = ttl > tombstone and ttl or tombstone
    return { keep = keep, field = now_text .. ' ' .. int(now + ttl) .. ' ' .. int(keep) }
  end)

  -- The event is rendered from the record, so the record must outlast a dispatcher that is away.
  local function announced(ttl)
    local keep = ending(ttl).keep > 604800000 and ending(ttl).keep or 604800000
    return { keep = keep, field = now_text .. ' ' .. int(now + ttl) .. ' ' .. int(keep) }
  end

  -- The one way into a terminal state. was: {terms, payload} of the record, and its lease where that stays;
  -- end_: {state, token, result key, result, output, error, run, sha}.
  local function terminate(job, inputs, id, was, end_)
    local terms = was.terms and parse_terms(was.terms) or without_terms
    local ended = ending(terms.ttl)
    if end_.output then
      redis.call('HSET', job, 'output', end_.output)
      -- A minute more than the result, so that what is being read at its end is read to its end.
      redis.call('ZADD', payloads, int(now + terms.ttl + 60000), end_.output)
    end
    if end_.result then redis.call('SET', end_.result_key, end_.result, 'PX', text(terms.ttl)) end
    if string.find(terms.wants, letters[end_.state], 1, true) then
      redis.call('ZADD', outbox, now_text, id)
      ended = announced(terms.ttl)
    end
    local fields = { 'HSET', job, 'state', end_.state, 'ended', ended.field }
    local function add(name, value)
      if value and value ~= '' then fields[#fields + 1], fields[#fields + 2] = name, value end
    end
    if not was.lease then add('lease', format_lease(end_.token or '-', now, '-', '0')) end
    add('error', end_.error)
    add('run', end_.run)
    add('sha', end_.sha)
    redis.call(unpack(fields))
    settle(job, inputs, id, ended.keep, terms.kept, was.payload)
  end

  return terminate, settle
end
