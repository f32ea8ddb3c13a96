import { makeScript } from "./connection.ts";

/** How many snapshots a group keeps. */
export const KEPT_SNAPSHOTS = 3;

/** Replies of the script. */
export const SnapshotReply = { Saved: 0, PartsLost: 1, Fenced: 2 } as const;

/**
 * Makes an uploaded snapshot one of the group's, if its writer may, and drops what is too old.
 *
 * Refused are an epoch below the highest seen, and a timeline that another has replaced. The first
 * snapshot of a new timeline drops those of the old one, which could be ahead of it. Running twice
 * changes nothing more. An id ends in its number of parts (`sequence-random-parts`).
 */
export const commitSnapshot = makeScript(`
local meta, index, entries = KEYS[1], KEYS[2], KEYS[3]
local timeline, epoch, sequence, id, entry, base, keep = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]

local function parts(of)
  return tonumber(string.match(of, '%-(%d+)$'))
end
local function drop(ids)
  for _, each in ipairs(ids) do
    for i = 0, parts(each) - 1 do redis.call('DEL', base .. each .. ':' .. i) end
    redis.call('ZREM', index, each)
    redis.call('HDEL', entries, each)
  end
end

local stored = redis.call('HMGET', meta, 'timeline', 'epoch', 'retired')
local knownTimeline, knownEpoch, retired = stored[1], stored[2], stored[3] or ''
local replaces = knownTimeline and knownTimeline ~= timeline
if replaces then
  if string.find(retired, timeline, 1, true) then return 2 end
elseif knownEpoch and tonumber(epoch) < tonumber(knownEpoch) then
  return 2
end

for i = 0, parts(id) - 1 do
  if redis.call('EXISTS', base .. id .. ':' .. i) == 0 then return 1 end
end
if replaces then
  drop(redis.call('ZRANGE', index, 0, -1))
  redis.call('HSET', meta, 'retired', string.sub(knownTimeline .. ' ' .. retired, 1, 200))
end
for i = 0, parts(id) - 1 do redis.call('PERSIST', base .. id .. ':' .. i) end
redis.call('HSET', meta, 'timeline', timeline, 'epoch', epoch)

local same = redis.call('ZRANGEBYSCORE', index, sequence, sequence)
for _, each in ipairs(same) do
  if each ~= id then drop({ each }) end
end
redis.call('ZADD', index, sequence, id)
redis.call('HSET', entries, id, entry)
drop(redis.call('ZREVRANGE', index, keep, -1))
return 0
`);
