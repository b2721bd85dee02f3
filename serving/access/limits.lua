-- Two leaky buckets of one user, as GCRA (the generic cell rate algorithm, ITU-T I.371) keeps them: one number
-- each, the time at which the bucket will be empty again. Redis runs a script alone, and its clock is the only
-- one, so replicas agree.
--
-- A call whose answer was lost is sent again by the client: it is counted once, and told the same.
--
-- KEYS: the bucket of requests, that of tokens, what this very call was told.
-- ARGV: requests and tokens in a minute (0: any number), requests and tokens taken now, whether it may be refused.
-- Returns whether it was let in (0 or 1), and of each bucket what is left of it, the microseconds until it is
-- empty, and those until one more would be let in.

local MINUTE = 60000000
local told = redis.call('GET', KEYS[3])
if told then
  return cjson.decode(told)
end
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local allowed = 1
local reply = { 1 }
local ends = {}

for i = 1, 2 do
  local limit, taken = tonumber(ARGV[i]), tonumber(ARGV[i + 2])
  if limit > 0 then
    local each = MINUTE / limit
    local begin = math.max(tonumber(redis.call('GET', KEYS[i]) or now), now)
    local full = math.max(begin + math.max(taken, 1) * each - now - MINUTE, 0)
    if ARGV[5] == '1' and full > 0 then
      allowed = 0
    end
    ends[i] = { begin, begin + taken * each, each, full }
  end
end

for i = 1, 2 do
  if ends[i] then
    local begin, after, each, full = unpack(ends[i])
    local finish = allowed == 1 and after or begin
    if allowed == 1 and finish > now then
      redis.call('SET', KEYS[i], string.format('%.0f', finish), 'PX', math.ceil((finish - now) / 1000))
    end
    table.insert(reply, math.max(math.floor((MINUTE - (finish - now)) / each), 0))
    table.insert(reply, math.ceil(finish - now))
    table.insert(reply, math.ceil(full))
  else
    for _ = 1, 3 do
      table.insert(reply, 0)
    end
  end
end

reply[1] = allowed
redis.call('SET', KEYS[3], cjson.encode(reply), 'PX', 5000)
return reply
