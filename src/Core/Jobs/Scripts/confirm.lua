-- Marks a group of jobs as confirmed by the broker. One that was claimed or has ended meanwhile is past that.
-- KEYS: 1 open, 2 unconfirmed; per job: job
-- ARGV: per job: id, ms when it must be looked at while it waits
-- Output: per job its state, or 'missing'
local ids, out = {}, {}
local trust, open_until = collect('SREM', KEYS[2]), collect('ZADD', KEYS[1])
for i = 1, #ARGV, 2 do ids[#ids + 1] = ARGV[i] end
local unconfirmed = redis.call('SMISMEMBER', KEYS[2], unpack(ids))
for i, id in ipairs(ids) do
  if unconfirmed[i] == 1 then
    trust(id)
    open_until(ARGV[i * 2], id)
    out[i] = 'queued'
  else
    out[i] = redis.call('HGET', KEYS[2 + i], 'state') or 'missing'
  end
end
write_collected()
return out
