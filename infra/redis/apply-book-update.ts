import { makeScript } from "./connection.ts";

/**
 * Puts a part of a large full update aside, under a key of that update's own. Redis stands still for
 * about 2 µs a level, so a large book comes in parts and is put in place at once by \`applyBookUpdate\`.
 * What is never put in place goes away by itself.
 */
export const stageBookPart = makeScript(`
local key, levels, first = KEYS[1], ARGV[1], ARGV[2] == '1'
if first then redis.call('UNLINK', key) end
local batch = {}
for member, price in string.gmatch(levels, '((%d+):%d+:%d+)') do
  batch[#batch + 1] = price
  batch[#batch + 1] = member
  if #batch == 400 then
    redis.call('ZADD', key, unpack(batch))
    batch = {}
  end
end
if #batch > 0 then redis.call('ZADD', key, unpack(batch)) end
redis.call('EXPIRE', key, 60)
return redis.call('ZCARD', key)
`);

/** How many recent trades are kept for each symbol. */
const RECENT_TRADES = 1_000;

/** Replies of the script. */
export const BookReply = { Applied: 0, NeedsFull: 1, Fenced: 2 } as const;

/**
 * Applies one update to one symbol's book, its recent trades and its channel, all or nothing.
 *
 * - Fencing: an epoch below the stored one, or a timeline that another one has replaced, is refused.
 * - Continuity: what does not follow on the stored sequence is not applied (`NeedsFull`). The number
 *   of levels is stored too, so that a side lost to eviction is noticed.
 * - Running twice changes nothing more: sequences that were seen add no trades, publish nothing and
 *   leave the book alone. Trades of an update that needs a full one first are kept and published all
 *   the same, once.
 *
 * - A full update whose levels were staged before (\`KEYS[5]\`, \`KEYS[6]\`) takes them from there.
 *
 * Levels: a sorted set per side, score = price (doubles hold integers up to 2^53 exactly), member =
 * the level's text. O(log n) for each touched level.
 */
export const applyBookUpdate = makeScript(`
local meta, bidKey, askKey, tradeKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local timeline, epoch, previous, sequence, timeMs, full = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6] == '1'
local bids, asks, trades, channel, head, cut = ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11], ARGV[12] == '1'
local stagedBids, stagedAsks = KEYS[5], KEYS[6]

local stored = redis.call('HMGET', meta, 'timeline', 'epoch', 'sequence', 'bids', 'asks', 'through', 'retired')
local knownTimeline, knownEpoch, at, bidCount, askCount, through = stored[1], stored[2], stored[3], stored[4], stored[5], stored[6]
local retired = stored[7] or ''

if knownTimeline and knownTimeline ~= timeline then
  if string.find(retired, timeline, 1, true) then return 2 end
  if not full then return 1 end
  redis.call('UNLINK', meta, bidKey, askKey, tradeKey)
  -- The last few are enough: an engine of an older timeline cannot commit and ends.
  redis.call('HSET', meta, 'retired', string.sub(knownTimeline .. ' ' .. retired, 1, 200))
  knownEpoch, at, through = false, false, false
end
if knownEpoch and tonumber(epoch) < tonumber(knownEpoch) then return 2 end

local fresh = not through or tonumber(sequence) > tonumber(through)
if fresh then
  local batch = {}
  for trade in string.gmatch(trades, '%S+') do
    batch[#batch + 1] = trade
    if #batch == 200 then
      redis.call('LPUSH', tradeKey, unpack(batch))
      batch = {}
    end
  end
  if #batch > 0 then redis.call('LPUSH', tradeKey, unpack(batch)) end
  if trades ~= '' then redis.call('LTRIM', tradeKey, 0, ${RECENT_TRADES - 1}) end
  redis.call('HSET', meta, 'through', sequence)
end
redis.call('HSET', meta, 'timeline', timeline, 'epoch', epoch)

local function applySide(key, text, staged)
  if full then redis.call('UNLINK', key) end
  if staged then
    if redis.call('EXISTS', staged) == 1 then
      redis.call('RENAME', staged, key)
      redis.call('PERSIST', key)
    end
    return
  end
  local batch = {}
  for member, price, quantity in string.gmatch(text, '((%d+):(%d+):%d+)') do
    if not full then redis.call('ZREMRANGEBYSCORE', key, price, price) end
    if quantity ~= '0' then
      batch[#batch + 1] = price
      batch[#batch + 1] = member
      if #batch == 400 then
        redis.call('ZADD', key, unpack(batch))
        batch = {}
      end
    end
  end
  if #batch > 0 then redis.call('ZADD', key, unpack(batch)) end
end

local reply = 0
local apply = false
if full then
  apply = not at or tonumber(sequence) >= tonumber(at) or tonumber(epoch) > tonumber(knownEpoch)
  -- With staged levels the texts are their numbers: parts may have been lost meanwhile.
  if stagedBids and (redis.call('ZCARD', stagedBids) ~= tonumber(bids) or redis.call('ZCARD', stagedAsks) ~= tonumber(asks)) then
    apply = false
    reply = at == sequence and 0 or 1
  end
elseif at and tonumber(sequence) <= tonumber(at) then
  apply = false
elseif not at or tonumber(at) ~= tonumber(previous)
  or redis.call('ZCARD', bidKey) ~= tonumber(bidCount) or redis.call('ZCARD', askKey) ~= tonumber(askCount) then
  reply = 1
else
  apply = true
end

if apply then
  applySide(bidKey, bids, stagedBids)
  applySide(askKey, asks, stagedAsks)
  redis.call('HSET', meta, 'sequence', sequence, 'time', timeMs, 'bids', redis.call('ZCARD', bidKey),
    'asks', redis.call('ZCARD', askKey))
end
if fresh or (full and apply) then
  if cut then bids, asks = 'cut', '' end
  redis.call('PUBLISH', channel, head .. '\\n' .. bids .. '\\n' .. asks .. '\\n' .. (fresh and trades or ''))
end
return reply
`);
