import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Code } from "../../../engine/core/codes.ts";
import { Command } from "../../../engine/core/command.ts";
import { EventType } from "../../../engine/core/event.ts";
import { MatchingCore } from "../../../engine/core/matching-core.ts";
import { CommandKind, OrderStatus, Side } from "../../../engine/core/terms.ts";
import { EMPTY_HASH, JournalReplay } from "../../../engine/journal-replay.ts";
import { OpenBatch } from "../../../engine/open-batch.ts";
import { orderStateOf } from "../../../engine/order-state.ts";
import type { BookUpdate } from "../../../engine/ports.ts";
import { RecentIds } from "../../../engine/recent-ids.ts";
import { RULES_VERSION } from "../../../engine/rules-version.ts";
import { commitOf } from "../../../engine/sealed-batch.ts";
import type { History } from "../../../engine/sequencer.ts";
import { ByteWriter } from "../../../engine/wire/byte-writer.ts";
import { decodeCommand, encodeCommand } from "../../../engine/wire/command-codec.ts";
import { readEntries } from "../../../engine/wire/journal.ts";
import { decodeOutcome } from "../../../engine/wire/outcome-codec.ts";
import { encodeOutcome } from "../../../engine/wire/outcome-encoder.ts";
import { TouchedOrders } from "../../../engine/wire/touched-orders.ts";
import { type History as DrawnHistory, history } from "../../model/generate.ts";
import { HistoryCommands } from "../../model/history-commands.ts";
import { CASCADES, EVERYTHING, HUGE, PLAIN } from "../../model/profiles.ts";
import { TwinSubject } from "../../model/subject.ts";
import { MemoryDatabase } from "../../support/engine/memory-records.ts";

const GROUP = "main";
const GROUP_NUMBER = 7;
const SYMBOLS = [1, 2, 3];
const EPOCH = 1;
const DEADLINE_MS = 60_000;

/** Random commands, each given out once the ones before it have been applied. */
function* commandsOf(drawn: DrawnHistory): Generator<Command> {
  const subject = new TwinSubject();
  for (const command of new HistoryCommands(subject.twin).of(drawn)) {
    yield command;
    subject.apply(command);
  }
}

/** A book made of updates alone, as a reader of market data has it. */
class Mirror {
  readonly #sides = new Map<string, Map<number, string>>();
  readonly #last = new Map<number, number>();

  apply(update: BookUpdate): void {
    if (update.full) {
      this.#sides.delete(`${update.symbol}/${Side.Buy}`);
      this.#sides.delete(`${update.symbol}/${Side.Sell}`);
    } else expect(update.previousSequence).toBe(this.#last.get(update.symbol) ?? 0);
    this.#last.set(update.symbol, update.sequence);
    for (const [side, levels] of [
      [Side.Buy, update.bids],
      [Side.Sell, update.asks],
    ] as const) {
      for (const { price, quantity, orders } of levels) {
        if (quantity === 0) this.#side(update.symbol, side).delete(price);
        else this.#side(update.symbol, side).set(price, `${quantity} of ${orders}`);
      }
    }
  }

  expectSame(core: MatchingCore): void {
    for (const symbol of SYMBOLS) {
      for (const side of [Side.Buy, Side.Sell]) {
        const levels: [number, string][] = [];
        core.depth(symbol, side, Number.MAX_SAFE_INTEGER, (price, quantity, orders) =>
          levels.push([price, `${quantity} of ${orders}`]),
        );
        expect(new Map(levels)).toEqual(this.#side(symbol, side));
      }
    }
  }

  #side(symbol: number, side: Side): Map<number, string> {
    const key = `${symbol}/${side}`;
    const levels = this.#sides.get(key) ?? new Map<number, string>();
    this.#sides.set(key, levels);
    return levels;
  }
}

function freshHistory(): History {
  return {
    core: new MatchingCore(),
    recentIds: new RecentIds(),
    groupNumber: GROUP_NUMBER,
    sequence: 0,
    timeMs: 0,
  };
}

for (const profile of [PLAIN, EVERYTHING, CASCADES, HUGE]) {
  describe(`outcomes and batches of ${profile.name}`, () => {
    it(
      "an outcome decodes to the very states and trades that the core has",
      () => {
        fc.assert(
          fc.property(history(profile, 200), (drawn) => {
            const core = new MatchingCore();
            const writer = new ByteWriter();
            const touched = new TouchedOrders();
            const decoded = new Command();
            for (const command of commandsOf(drawn)) {
              core.apply(command);
              writer.clear();
              encodeOutcome(core, command, GROUP_NUMBER, writer, touched);
              const outcome = decodeOutcome(writer.toBytes());
              expect(outcome).toMatchObject({
                kind: command.kind,
                sequence: command.sequence,
                timeMs: command.timeMs,
              });
              const slots = Array.from(
                { length: touched.count },
                (_, index) => touched.slots[index] as number,
              );
              expect(outcome.orders).toEqual(slots.map((slot) => orderStateOf(core, slot)));
              const trades: unknown[] = [];
              for (let at = 0; at < core.events.count; at++) {
                if (core.events.type[at] !== EventType.Trade) continue;
                trades.push([
                  slots.indexOf(core.events.slot[at] as number),
                  slots.indexOf(core.events.other[at] as number),
                  core.events.price[at],
                  core.events.quantity[at],
                ]);
              }
              expect(
                outcome.trades.map(({ maker, taker, price, quantity }) => [maker, taker, price, quantity]),
              ).toEqual(trades);
              const bytes = encodeCommand(command);
              if (decodeCommand(bytes, 0, bytes.length, decoded))
                expect(encodeCommand(decoded)).toEqual(bytes);
            }
          }),
          { numRuns: 20 },
        );
      },
      DEADLINE_MS,
    );

    it(
      "batches cut anywhere give the records, the books and the journal that the core has",
      () => {
        fc.assert(
          fc.property(history(profile, 300), fc.integer({ min: 1, max: 40 }), (drawn, cut) => {
            const live = freshHistory();
            const database = new MemoryDatabase(GROUP, []);
            database.group = { ...database.group, epoch: EPOCH };
            const batch = new OpenBatch();
            const mirror = new Mirror();
            const commit = (): void => {
              if (batch.commands === 0) return;
              const { lastSequence: sequence, hash } = database.group;
              const end = { group: GROUP, epoch: EPOCH, sequence, hash, rulesVersion: RULES_VERSION };
              database.commit(commitOf(batch, live.core, end));
              const moment = {
                group: GROUP,
                timeline: database.group.timeline,
                epoch: EPOCH,
                sequence: database.group.lastSequence,
                timeMs: live.timeMs,
              };
              for (const update of batch.books.take(live.core, moment, new Set())) mirror.apply(update);
              mirror.expectSame(live.core);
              batch.clear();
            };
            const whole = new Command();
            for (const command of commandsOf(drawn)) {
              const bytes = encodeCommand(command);
              // What would not come through the wire is a refusal in the journal, with what arrived beside it.
              const decodes = decodeCommand(bytes, 0, bytes.length, whole);
              const applied = decodes ? command : refusalOf(command);
              live.core.apply(applied);
              live.timeMs = command.timeMs;
              batch.add(
                live.core,
                applied,
                encodeCommand(applied),
                decodes ? undefined : bytes,
                "",
                GROUP_NUMBER,
              );
              if (command.sequence % cut === 0) commit();
            }
            commit();
            expectRecordsOf(live.core, database);
            const replay = new JournalReplay(GROUP, freshHistory(), EMPTY_HASH);
            for (const row of database.journal) {
              replay.apply(row);
              expect([...readEntries(row)]).toHaveLength(row.lastSequence - row.firstSequence + 1);
            }
            expect(replay.hash).toEqual(database.group.hash);
            expect(replay.history.core.stateHash()).toBe(live.core.stateHash());
            expect(MatchingCore.restore(live.core.snapshot()).stateHash()).toBe(live.core.stateHash());
          }),
          { numRuns: 20 },
        );
      },
      DEADLINE_MS,
    );
  });
}

function refusalOf({ sequence, timeMs }: Command): Command {
  const refusal = new Command();
  refusal.kind = CommandKind.Refusal;
  refusal.code = Code.MALFORMED_COMMAND;
  refusal.sequence = sequence;
  refusal.timeMs = timeMs;
  return refusal;
}

/** The live orders of the records are the core's, and every trade's two sides are final or live. */
function expectRecordsOf(core: MatchingCore, database: MemoryDatabase): void {
  const live = [...database.orders.values()].filter(({ status }) => status < OrderStatus.Filled);
  expect(live).toHaveLength(core.openOrderCount);
  const filled = new Map<string, number>();
  for (const trade of database.trades) {
    for (const orderId of [trade.buyOrderId, trade.sellOrderId]) {
      filled.set(orderId, (filled.get(orderId) ?? 0) + trade.quantity);
    }
  }
  for (const order of database.orders.values()) {
    expect([order.orderId, order.filledQuantity]).toEqual([order.orderId, filled.get(order.orderId) ?? 0]);
  }
}
