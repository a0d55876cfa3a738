-- Writes a group of jobs as queued and unconfirmed, before they are published.
-- KEYS: 1 open, 2 queued:<model>, 3 payloads, 4 unconfirmed; per job: job, inputs, list
-- ARGV: 1 most queued jobs of the model, 2 most open jobs, 3 ms until an unconfirmed job is looked at, 4 ms the list reaches back, 5 model;
--       per job: id, tenant, created, terms, deadline or '', more or '', kept inputs or '', payload of the inputs or ''
-- Output: per job 'new' | 'known <state> <1 when confirmed>' | 'queue-full' | 'too-many' | 'payload-gone'
local open, queued, payloads, unconfirmed = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local max_queued, max_open, confirm_ms, list_ms = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local now = now_ms()
local due = int(now + confirm_ms)
local waiting, unfinished = redis.call('ZCARD', queued), redis.call('ZCARD', open)
local out, new = {}, {}
local open_until, doubt, enqueue = collect('ZADD', open), collect('SADD', unconfirmed), collect('ZADD', queued)
local enlist = once(function(list)
  redis.call('ZREMRANGEBYSCORE', list, '-inf', int(now - list_ms))
  return collect('ZADD', list)
end)

-- An upload is there until its time is over; then the cleaner may be deleting it.
local function is_there(payload)
  local till = redis.call('ZSCORE', payloads, payload)
  return till and tonumber(till) > now
end

for i = 0, (#KEYS - 4) / 3 - 1 do
  local a = 6 + i * 8
  local id, payload = ARGV[a], ARGV[a + 7]
  local state = redis.call('HGET', KEYS[5 + i * 3], 'state')
  if state then
    out[i + 1] = 'known ' .. state .. ' ' .. (redis.call('SISMEMBER', unconfirmed, id) == 1 and '0' or '1')
  elseif waiting >= max_queued then
    out[i + 1] = 'queue-full'
  elseif unfinished >= max_open then
    out[i + 1] = 'too-many'
  elseif payload ~= '' and not is_there(payload) then
    out[i + 1] = 'payload-gone'
  else
    open_until(due, id)
    doubt(id)
    new[#new + 1] = i
    waiting, unfinished = waiting + 1, unfinished + 1
    out[i + 1] = 'new'
  end
end

-- First of all, so that the sweeper knows whatever is written of a job.
write_collected()
for _, i in ipairs(new) do
  local job, inputs, list = KEYS[5 + i * 3], KEYS[6 + i * 3], KEYS[7 + i * 3]
  local a = 6 + i * 8
  local id, created, kept, payload = ARGV[a], ARGV[a + 2], ARGV[a + 6], ARGV[a + 7]
  if kept ~= '' then redis.call('SET', inputs, kept) end
  write_record(job, ARGV[5], ARGV[a + 1], created, ARGV[a + 3], ARGV[a + 4], ARGV[a + 5])
  if payload ~= '' then
    redis.call('HSET', job, 'payload', payload)
    -- From here on the job decides how long its payload lives.
    redis.call('ZREM', payloads, payload)
  end
  enqueue(created, id)
  enlist(list)(created, id)
end
write_collected()
return out
