-- Shared by every script: it is put in front of each one when the scripts are loaded.
-- Rules all scripts keep:
--   * time comes from the server;
--   * every key is in KEYS;
--   * every script but reserve first writes something that frees memory (HDEL, ZREM), so that a full Redis lets jobs finish and turns new ones away;
--   * any prefix of a script is safe, since an append-only file may end in the middle of one;
--   * running a script again after a lost reply gives the same answer.

local function now_ms()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

local function int(x)
  return string.format('%.0f', x)
end

local terminal_states = { succeeded = true, failed = true, canceled = true, expired = true }

-- lease: "<until ms> <token> <message id> <1 when an attempt was charged for it>"
local function format_lease(till, token, message, charged)
  return int(till) .. ' ' .. token .. ' ' .. message .. ' ' .. charged
end

local function parse_lease(lease)
  if not lease then return 0, '', '', '0' end
  local till, token, message, charged = string.match(lease, '^(%d+) (%S+) (%S+) (%d)$')
  return tonumber(till), token, message, charged
end

-- When a queued job must next be looked at: its deadline or its greatest age, whichever is first.
local function queued_due(created, deadline, max_age)
  local due = tonumber(created) + max_age
  if tonumber(deadline) > 0 and tonumber(deadline) < due then due = tonumber(deadline) end
  return due
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
local function settle(k, job, inputs, id, now, keep, payload)
  redis.call('PEXPIRE', job, int(keep))
  if payload then redis.call('ZADD', k.payloads, int(now), payload) end
  redis.call('DEL', inputs)
  do_later('ZREM', k.queued, id)
  do_later('ZREM', k.open, id)
end

-- The one way into a terminal state. k: {open, queued, outbox, payloads};
-- end_: {state, done, result key, result, output payload, code, message, run, tombstone, fixed}; fixed: {ttl, hook, payload} where they are read already.
local function terminate(k, job, inputs, id, now, end_)
  redis.call('HDEL', job, 'lease', 'unconfirmed')
  local r = end_.fixed or redis.call('HMGET', job, 'ttl', 'hook', 'payload')
  local ttl = tonumber(r[1] or '3600') * 1000
  local keep = end_.tombstone
  if ttl > keep then keep = ttl end
  if end_.output then
    redis.call('HSET', job, 'output', end_.output)
    -- A minute more than the result, so that what is being read at its end is read to its end.
    redis.call('ZADD', k.payloads, int(now + ttl + 60000), end_.output)
  end
  if end_.result then redis.call('SET', end_.result_key, end_.result, 'PX', int(ttl)) end
  if r[2] and string.find(r[2], end_.state, 1, true) then
    redis.call('ZADD', k.outbox, int(now), id)
    -- The event is rendered from the record, so the record must outlast a dispatcher that is away.
    if keep < 604800000 then keep = 604800000 end
  end
  redis.call('HSET', job, 'state', end_.state, 'finished', int(now), 'expires', int(now + ttl), 'keep', int(keep), 'done', end_.done or '',
    'error_code', end_.code or '', 'error_message', end_.message or '', 'run', end_.run or '')
  settle(k, job, inputs, id, now, keep, r[3])
end
