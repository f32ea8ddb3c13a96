import type { CoreState } from "./core-state.ts";
import { SEQUENCE, TIME } from "./core-state.ts";
import { trailingOf } from "./end-order.ts";
import { ExtraDouble, ExtraWord } from "./order-extras.ts";
import * as Row from "./order-row.ts";
import { Place } from "./order-row.ts";
import { SnapshotWriter } from "./snapshot-bytes.ts";
import { ORDERS_A_STEP, openOrdersInOrder } from "./snapshot-walk.ts";
import { ByteHash, HASH_BLOCK, hashBytes } from "./state-hash.ts";
import { atOnce, type Steps } from "./steps.ts";
import type { SymbolState } from "./symbol-table.ts";

/**
 * A snapshot: magic, format, body, 128-bit checksum. The body says the state in one canonical form, free of slot
 * numbers, capacities and the order in which users were met, so that equal states have equal bytes.
 */
export const SNAPSHOT_MAGIC: readonly [number, number] = [0x4d434554, 0x45524f43];
export const SNAPSHOT_FORMAT = 1;
export const HEADER_BYTES = 12;
export const CHECKSUM_BYTES = 16;

/** Of most orders, their place in their user's chain included: room to begin with. */
const BYTES_AN_ORDER = 112;
const HASHED_A_STEP = 1 << 20;

/** Doubles of extras that are state as they are; ActivatedAt is not: the extreme is written instead. */
export const EXTRA_DOUBLES: readonly number[] = [
  ExtraDouble.StopPrice,
  ExtraDouble.TrailingAmount,
  ExtraDouble.ActivationPrice,
  ExtraDouble.DisplayQuantity,
  ExtraDouble.Shown,
  ExtraDouble.QuoteLow,
  ExtraDouble.QuoteHigh,
  ExtraDouble.ExpireAt,
  ExtraDouble.TriggeredAt,
  ExtraDouble.Prevented,
];
export const EXTRA_WORDS: readonly number[] = [
  ExtraWord.TrailingDelta,
  ExtraWord.ListId,
  ExtraWord.ListId + 1,
  ExtraWord.ListId + 2,
  ExtraWord.ListId + 3,
];
export const ROW_DOUBLES: readonly number[] = [
  Row.REMAINING,
  Row.PRICE,
  Row.FILLED,
  Row.QUANTITY,
  Row.QUOTE_LOW,
  Row.QUOTE_HIGH,
  Row.UPDATED_SEQUENCE,
  Row.UPDATED_TIME,
  Row.PLACED_SEQUENCE,
];

/** The state between two commands, with its checksum. */
export function writeSnapshot(core: CoreState): Uint8Array<ArrayBuffer> {
  return atOnce(snapshotSteps(core));
}

/** The same in steps of some milliseconds. A command between two of them would tear it: that throws. */
export function* snapshotSteps(core: CoreState): Steps<Uint8Array<ArrayBuffer>> {
  const sequence = core.clock[SEQUENCE]!;
  const writer = new SnapshotWriter(HEADER_BYTES + core.index.count * BYTES_AN_ORDER);
  writer.word(SNAPSHOT_MAGIC[0]);
  writer.word(SNAPSHOT_MAGIC[1]);
  writer.word(SNAPSHOT_FORMAT);
  for (const _ of bodySteps(core, writer)) {
    yield;
    if (core.clock[SEQUENCE] !== sequence) throw new Error("snapshot: a command came between two steps");
  }
  const hash = new ByteHash();
  const bytes = writer.finish();
  let at = 0;
  for (; at + HASHED_A_STEP <= bytes.length; at += HASHED_A_STEP) {
    hash.blocks(bytes, at, at + HASHED_A_STEP);
    yield;
  }
  const whole = bytes.length - (bytes.length % HASH_BLOCK);
  hash.blocks(bytes, at, whole);
  for (const word of hash.end(bytes, whole, bytes.length)) writer.word(word);
  return writer.finish();
}

/** Hash of the canonical state. */
export function hashState(core: CoreState): Uint32Array {
  const writer = new SnapshotWriter(core.index.count * BYTES_AN_ORDER);
  atOnce(bodySteps(core, writer));
  return hashBytes(writer.finish(), 0, writer.length);
}

function* bodySteps(core: CoreState, writer: SnapshotWriter): Steps<void> {
  writer.double(core.clock[SEQUENCE]!);
  writer.double(core.clock[TIME]!);
  const symbols = core.symbols.all();
  writer.word(symbols.length);
  for (const symbol of symbols) writeSymbol(writer, symbol);
  const slots = yield* openOrdersInOrder(core);
  const users = yield* usersInOrder(core, slots);
  const numberOf = new Int32Array(core.users.used);
  writer.word(users.length);
  users.forEach((user, number) => {
    numberOf[user] = number;
    writer.text(core.users.name(user));
    writer.word(core.users.isDisabled(user) ? 1 : 0);
  });
  const placeOf = new Int32Array(core.orders.used);
  writer.word(slots.length);
  for (let from = 0; from < slots.length; from += ORDERS_A_STEP) {
    const to = Math.min(slots.length, from + ORDERS_A_STEP);
    for (let place = from; place < to; place += 1) {
      const slot = slots[place]!;
      placeOf[slot] = place;
      writeOrder(core, writer, slot, numberOf[core.orders.userSlot(slot)]!);
    }
    yield;
  }
  let listed = 0;
  for (const user of users) {
    writer.word(core.users.openCount(user));
    for (let slot = core.users.firstOrder(user); slot >= 0; slot = core.users.nextOrder(slot)) {
      writer.word(placeOf[slot]!);
      listed += 1;
      if (listed % ORDERS_A_STEP === 0) yield;
    }
  }
  core.timers.forEach((slot) => {
    writer.word(placeOf[slot]!);
  });
  writer.word(-1);
}

function writeSymbol(writer: SnapshotWriter, symbol: SymbolState): void {
  const { spec } = symbol;
  writer.word(spec.symbol);
  for (const text of [spec.name, spec.base, spec.quote, spec.priceStep, spec.quantityStep]) writer.text(text);
  for (const amount of [spec.minPrice, spec.maxPrice, spec.minQuantity, spec.maxQuantity])
    writer.double(amount);
  writer.text(spec.minNotional.toString());
  writer.word(spec.priceBandBps);
  writer.double(spec.referencePrice);
  writer.word(spec.sessionEndMinute);
  writer.word(spec.maxOpenOrders);
  writer.word(spec.status);
  writer.double(symbol.lastTrade);
}

/** Users with open orders as these come, then those without whose trading is disabled, by name. */
function* usersInOrder(core: CoreState, slots: Int32Array): Steps<number[]> {
  const users: number[] = [];
  const seen = new Uint8Array(core.users.used);
  for (let place = 0; place < slots.length; place += 1) {
    const user = core.orders.userSlot(slots[place]!);
    if (seen[user] === 0) users.push(user);
    seen[user] = 1;
    if ((place + 1) % ORDERS_A_STEP === 0) yield;
  }
  const disabled: number[] = [];
  for (let user = 0; user < core.users.used; user += 1) {
    if (seen[user] === 0 && core.users.isDisabled(user)) disabled.push(user);
  }
  disabled.sort((left, right) => (core.users.name(left) < core.users.name(right) ? -1 : 1));
  return users.concat(disabled);
}

function writeOrder(core: CoreState, writer: SnapshotWriter, slot: number, user: number): void {
  const { orders, extras } = core;
  const bits = orders.bits(slot);
  const row = orders.extras(slot);
  for (let word = 0; word < 4; word += 1) writer.word(orders.word(slot, Row.ID + word));
  writer.word(user);
  writer.word(bits);
  writer.word(orders.word(slot, Row.SYMBOL_CODE));
  for (const double of ROW_DOUBLES) writer.double(orders.double(slot, double));
  if ((bits & Row.HAS_CLIENT_ID) !== 0) writer.text(core.clientIds.text(slot));
  writer.word(row === 0 ? 0 : 1);
  if (row === 0) return;
  for (const double of EXTRA_DOUBLES) writer.double(extras.double(row, double));
  for (const word of EXTRA_WORDS) writer.word(extras.word(row, word));
  const isActive = orders.place(slot) === Place.Trailing;
  writer.double(isActive ? trailingOf(core, slot).extremeOf(slot) : 0);
  // A triggered stop was active once: that it cannot be activated again is part of the state.
  writer.word(extras.double(row, ExtraDouble.ActivatedAt) === 0 ? 0 : 1);
}
