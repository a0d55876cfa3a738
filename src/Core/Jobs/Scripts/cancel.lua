-- Cancels one job. A running row's result is fenced off by the lost lease.
-- KEYS: 1 open, 2 queued:<model>, 3 outbox, 4 payloads, 5 job, 6 inputs
-- ARGV: 1 id, 2 tombstone ms, 3 channel, 4 token of this call, so that a repeat after a lost reply is answered alike
-- Output: 'canceled' | 'finished' | 'missing'
local state = redis.call('HGET', KEYS[5], 'state')
if not state then return 'missing' end
if terminal_states[state] then
  return redis.call('HGET', KEYS[5], 'done') == ARGV[4] and 'canceled' or 'finished'
end
terminate({ open = KEYS[1], queued = KEYS[2], outbox = KEYS[3], payloads = KEYS[4] }, KEYS[5], KEYS[6], ARGV[1], now_ms(),
  { state = 'canceled', tombstone = tonumber(ARGV[2]), done = ARGV[4] })
write_later()
redis.call('PUBLISH', ARGV[3], ARGV[1])
return 'canceled'
