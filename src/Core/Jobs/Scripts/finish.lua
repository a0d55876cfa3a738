-- Writes the terminal states and results of a batch, and wakes who waits for them.
-- KEYS: 1 open, 2 queued:<model>, 3 outbox, 4 payloads; per job: job, inputs, result
-- ARGV: 1 tombstone ms, 2 channel; per job: id, token, state, result or '', error or '', run or '', sha or '', payload of the result or ''
-- Output: per job 'ok' | 'fenced' | 'missing'
local now = now_ms()
local terminate = ender(now, tonumber(ARGV[1]))
local ended, out = {}, {}
local function text(argument) return argument ~= '' and argument or nil end
allow_writes(KEYS[5])
for i = 0, (#KEYS - 4) / 3 - 1 do
  local job, inputs, result = KEYS[5 + i * 3], KEYS[6 + i * 3], KEYS[7 + i * 3]
  local a = 3 + i * 8
  local id, token = ARGV[a], ARGV[a + 1]
  local r = redis.call('HMGET', job, 'state', 'lease', 'terms', 'payload')
  local mine = holds(token, r[2])
  -- Queued although its worker has run it: the store has lost the claim, with the tail of what it knew.
  if not r[1] or r[1] == 'queued' then
    out[i + 1] = 'missing'
  elseif r[1] == 'running' and mine then
    terminate(job, inputs, id, { terms = r[3], payload = r[4], lease = r[2] }, { state = ARGV[a + 2], result_key = result,
      result = text(ARGV[a + 3]), error = ARGV[a + 4], run = ARGV[a + 5], sha = ARGV[a + 6], output = text(ARGV[a + 7]) })
    ended[#ended + 1] = id
    out[i + 1] = 'ok'
  else
    out[i + 1] = terminal_states[r[1]] and mine and 'ok' or 'fenced'
  end
end
write_collected()
if #ended > 0 then redis.call('PUBLISH', ARGV[2], table.concat(ended, ' ')) end
return out
