import { Command } from "./core/command.ts";
import { MatchingCore } from "./core/matching-core.ts";
import { OrderType, SelfTradePrevention, Side, TimeInForce } from "./core/terms.ts";
import type { EngineObserver } from "./engine-ports.ts";
import { makeId } from "./ids.ts";
import { EMPTY_HASH } from "./journal-replay.ts";
import { OpenBatch } from "./open-batch.ts";
import { eventsOf } from "./outbound-events.ts";
import { type EngineRecords, FencedError } from "./ports.ts";
import { RecentIds } from "./recent-ids.ts";
import { RULES_VERSION } from "./rules-version.ts";
import { commitOf } from "./sealed-batch.ts";
import { type History, Sequencer } from "./sequencer.ts";
import { encodeCommand } from "./wire/command-codec.ts";
import { encodeCommandMessage } from "./wire/message.ts";
import { encodeReply } from "./wire/reply.ts";

/** A group that there never is: the records refuse what is committed for it. */
const NOBODY = "~nobody";
const ROUNDS = 12;
const ORDERS_PER_ROUND = 40;

const SILENT: EngineObserver = {
  stateChanged: nothing,
  snapshotPassedOver: nothing,
  recovered: nothing,
  committed: nothing,
  snapshotSaved: nothing,
  degraded: nothing,
  malformed: nothing,
  poisonRefused: nothing,
  duplicates: nothing,
  eventsPublished: nothing,
};

/**
 * Does all that an active engine does with its first batches, for a group that nobody has, so that a stand-by's
 * first real commit finds its code compiled and its statements prepared: it is the one that everybody waits
 * for. The records refuse each of these commits by their fence, so nothing comes of it.
 * @param breathe called between rounds: whoever rehearses has other things to do as well
 */
export async function rehearse(records: EngineRecords, breathe: () => Promise<void>): Promise<void> {
  const history: History = {
    core: new MatchingCore(),
    recentIds: new RecentIds(),
    groupNumber: 0,
    sequence: 0,
    timeMs: 0,
  };
  const batch = new OpenBatch();
  const sequencer = new Sequencer(history, batch, { poison: new Set(), suspects: new Set() }, SILENT);
  let nowMs = Date.UTC(2026, 0, 1);
  sequencer.defineSymbols([SYMBOL], nowMs);
  let hash: Uint8Array = EMPTY_HASH;
  let sequence = 0;
  for (let round = 0; round < ROUNDS; round++) {
    nowMs += 1;
    for (let order = 0; order < ORDERS_PER_ROUND; order++) {
      sequencer.expireDue(nowMs);
      sequencer.deliver(messageOf(round * ORDERS_PER_ROUND + order, nowMs), order + 1, nowMs);
    }
    const end = { group: NOBODY, epoch: 0, sequence, hash, rulesVersion: RULES_VERSION };
    const commit = commitOf(batch, history.core, end);
    hash = commit.journal.hash;
    sequence = commit.journal.lastSequence;
    for (const ranges of batch.replies.values()) {
      encodeReply([commit.journal.payload.subarray(ranges[0], (ranges[0] ?? 0) + (ranges[1] ?? 0))]);
    }
    const symbolOf = () => SYMBOL;
    eventsOf(commit.journal, { group: NOBODY, timeline: "", symbolOf });
    batch.books.take(
      history.core,
      { group: NOBODY, timeline: "", epoch: 0, sequence, timeMs: nowMs },
      new Set(),
    );
    batch.clear();
    await records.commit(commit).catch((cause: unknown) => {
      if (!(cause instanceof FencedError)) throw cause;
    });
    await breathe();
  }
}

const SYMBOL = {
  symbol: 1,
  name: "A/B",
  base: "A",
  quote: "B",
  priceStep: "0.01",
  quantityStep: "0.001",
  minPrice: 1,
  maxPrice: 1_000_000,
  minQuantity: 1,
  maxQuantity: 1_000_000,
  minNotional: 0n,
  priceBandBps: 0,
  referencePrice: 0,
  sessionEndMinute: 0,
  maxOpenOrders: 0,
  status: 0,
} as const;

/** A limit order; every other one trades with what rests. */
function messageOf(count: number, nowMs: number): Uint8Array {
  const command = new Command();
  const random = new Uint8Array(8);
  new DataView(random.buffer).setUint32(4, count + 1);
  makeId(nowMs, 1, random, command.id);
  Object.assign(command.order.id, command.id);
  command.symbol = 1;
  command.userId = `user-${count % 7}`;
  const { order } = command;
  order.side = count % 2 === 0 ? Side.Buy : Side.Sell;
  order.type = OrderType.Limit;
  order.timeInForce = count % 5 === 0 ? TimeInForce.Ioc : TimeInForce.Gtc;
  order.selfTradePrevention = SelfTradePrevention.None;
  order.price = 1_000 + (count % 9);
  order.quantity = 10 + (count % 3);
  return encodeCommandMessage({
    replyAddress: "nobody",
    resent: false,
    commands: [encodeCommand(command)],
  });
}

function nothing(): void {}
