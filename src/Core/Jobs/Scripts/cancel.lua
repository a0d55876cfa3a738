-- Cancels one job. A running row's result is fenced off by the lost lease.
-- KEYS: 1 open, 2 queued:<model>, 3 outbox, 4 payloads, 5 unconfirmed, 6 job, 7 inputs
-- ARGV: 1 id, 2 tombstone ms, 3 channel, 4 token of this call, so that a repeat after a lost reply is answered alike
-- Output: 'canceled' | 'finished' | 'missing'
local job, inputs = KEYS[6], KEYS[7]
local r = redis.call('HMGET', job, 'state', 'lease', 'terms', 'payload')
if not r[1] then return 'missing' end
if terminal_states[r[1]] then
  return holds(ARGV[4], r[2]) and 'canceled' or 'finished'
end
redis.call('SREM', KEYS[5], ARGV[1])
local terminate = ender(now_ms(), tonumber(ARGV[2]))
terminate(job, inputs, ARGV[1], { terms = r[3], payload = r[4] }, { state = 'canceled', token = ARGV[4] })
write_collected()
redis.call('PUBLISH', ARGV[3], ARGV[1])
return 'canceled'
