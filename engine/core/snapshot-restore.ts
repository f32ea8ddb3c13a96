import type { CoreState } from "./core-state.ts";
import { SEQUENCE, TIME } from "./core-state.ts";
import { rest } from "./enter.ts";
import { ExtraDouble } from "./order-extras.ts";
import { idHash } from "./order-index.ts";
import { pairLegs } from "./order-lists.ts";
import * as Row from "./order-row.ts";
import { Place } from "./order-row.ts";
import { SnapshotReader } from "./snapshot-bytes.ts";
import { SnapshotError } from "./snapshot-error.ts";
import {
  CHECKSUM_BYTES,
  EXTRA_DOUBLES,
  EXTRA_WORDS,
  HEADER_BYTES,
  ROW_DOUBLES,
  SNAPSHOT_FORMAT,
  SNAPSHOT_MAGIC,
} from "./snapshot-writer.ts";
import { hashBytes } from "./state-hash.ts";
import { SymbolState } from "./symbol-table.ts";
import { activateAt, wait } from "./triggers.ts";

/** Reads a snapshot into an empty state; throws a {@link SnapshotError}, after which the state is of no use. */
export function readSnapshot(core: CoreState, bytes: Uint8Array): void {
  const reader = openSnapshot(bytes);
  try {
    readBody(core, reader);
  } catch (cause) {
    throw new SnapshotError("CORRUPT", "the body does not read back", { cause });
  }
  if (!reader.finished) throw new SnapshotError("CORRUPT", "the body goes on past its end");
}

function openSnapshot(bytes: Uint8Array): SnapshotReader {
  if (bytes.length < HEADER_BYTES + CHECKSUM_BYTES) throw new SnapshotError("FOREIGN", "too short");
  const header = new SnapshotReader(bytes, 0, HEADER_BYTES);
  if (header.word() !== SNAPSHOT_MAGIC[0] || header.word() !== SNAPSHOT_MAGIC[1]) {
    throw new SnapshotError("FOREIGN", "not a core's snapshot");
  }
  const format = header.word();
  if (format < SNAPSHOT_FORMAT) throw new SnapshotError("OLDER_FORMAT", `format ${format}`);
  if (format > SNAPSHOT_FORMAT) throw new SnapshotError("NEWER_FORMAT", `format ${format}`);
  const end = bytes.length - CHECKSUM_BYTES;
  const checksum = new SnapshotReader(bytes, end, bytes.length);
  for (const word of hashBytes(bytes, 0, end)) {
    if (checksum.word() !== (word | 0)) throw new SnapshotError("CORRUPT", "the checksum does not hold");
  }
  return new SnapshotReader(bytes, HEADER_BYTES, end);
}

function readBody(core: CoreState, reader: SnapshotReader): void {
  core.clock[SEQUENCE] = reader.double();
  core.clock[TIME] = reader.double();
  for (let left = reader.word(); left > 0; left -= 1) readSymbol(core, reader);
  const users: number[] = [];
  for (let left = reader.word(); left > 0; left -= 1) {
    const user = core.users.add(reader.text());
    users.push(user);
    core.users.setDisabled(user, reader.word() === 1);
  }
  const slots: number[] = [];
  const legs: number[] = [];
  for (let left = reader.word(); left > 0; left -= 1) slots.push(readOrder(core, reader, users, legs));
  for (const user of users) {
    for (let left = reader.word(); left > 0; left -= 1) {
      core.users.addOrder(user, at(slots, reader.word()));
    }
  }
  for (let place = reader.word(); place >= 0; place = reader.word()) core.timers.add(at(slots, place));
  pairAll(core, legs);
}

function readSymbol(core: CoreState, reader: SnapshotReader): void {
  const symbol = reader.word();
  const [name, base, quote, priceStep, quantityStep] = [
    reader.text(),
    reader.text(),
    reader.text(),
    reader.text(),
    reader.text(),
  ];
  const [minPrice, maxPrice, minQuantity, maxQuantity] = [
    reader.double(),
    reader.double(),
    reader.double(),
    reader.double(),
  ];
  const state = new SymbolState(
    {
      symbol,
      name,
      base,
      quote,
      priceStep,
      quantityStep,
      minPrice,
      maxPrice,
      minQuantity,
      maxQuantity,
      minNotional: BigInt(reader.text()),
      priceBandBps: reader.word(),
      referencePrice: reader.double(),
      sessionEndMinute: reader.word(),
      maxOpenOrders: reader.word(),
      status: reader.word() as SymbolState["spec"]["status"],
    },
    core.levels,
  );
  state.lastTrade = reader.double();
  core.symbols.add(state);
}

/** One order, put where it stands; a leg whose sibling is open is added to `legs`. */
function readOrder(
  core: CoreState,
  reader: SnapshotReader,
  users: readonly number[],
  legs: number[],
): number {
  const { orders, extras } = core;
  const slot = orders.allocate();
  for (let word = 0; word < 4; word += 1) orders.setWord(slot, Row.ID + word, reader.word());
  const user = at(users, reader.word());
  const bits = reader.word();
  orders.setWord(slot, Row.USER, user);
  // What its structures set again is cleared first.
  orders.setWord(slot, Row.BITS, bits & ~(Row.PLACE_MASK | Row.IS_TIMED | Row.HAS_SIBLING));
  orders.setWord(slot, Row.SYMBOL_CODE, reader.word());
  for (const double of ROW_DOUBLES) orders.setDouble(slot, double, reader.double());
  if ((bits & Row.HAS_CLIENT_ID) !== 0) {
    core.clientIds.setText(slot, reader.text());
    core.clientIds.insert(slot);
  }
  const hasExtras = reader.word() === 1;
  orders.setWord(slot, Row.EXTRAS, hasExtras ? extras.allocate() : 0);
  const row = orders.extras(slot);
  let extreme = 0;
  if (hasExtras) {
    for (const double of EXTRA_DOUBLES) extras.setDouble(row, double, reader.double());
    for (const word of EXTRA_WORDS) extras.setWord(row, word, reader.word());
    extreme = reader.double();
    extras.setDouble(row, ExtraDouble.ActivatedAt, reader.word());
  }
  core.index.insert(slot, idHash(orders.readId(slot, { a: 0, b: 0, c: 0, d: 0 })));
  if ((bits & Row.IS_COUNTED) !== 0) core.counts.add(user, orders.symbol(slot), 1);
  if ((bits & Row.IS_LEG) !== 0) core.lists.insert(slot);
  if ((bits & Row.HAS_SIBLING) !== 0) legs.push(slot);
  const symbol = core.symbols.get(orders.symbol(slot));
  if (symbol === undefined) throw new RangeError("an order of a symbol that is not there");
  const place = ((bits & Row.PLACE_MASK) >>> Row.PLACE_SHIFT) as Place;
  if (place === Place.Book) {
    const shown = extras.double(row, ExtraDouble.Shown);
    rest(core, symbol, slot, shown);
  } else if (place === Place.Trailing) activateAt(core, symbol, slot, extreme);
  else wait(core, symbol, slot);
  return slot;
}

function pairAll(core: CoreState, legs: readonly number[]): void {
  const { orders, extras } = core;
  const keyOf = (slot: number): string => {
    const row = orders.extras(slot);
    return EXTRA_WORDS.slice(1)
      .map((word) => extras.word(row, word))
      .join();
  };
  const isStop = (slot: number): boolean => (orders.bits(slot) & Row.IS_STOP_LEG) !== 0;
  const stops = new Map(legs.filter(isStop).map((slot) => [keyOf(slot), slot]));
  for (const limit of legs) {
    if (isStop(limit)) continue;
    const stop = stops.get(keyOf(limit));
    if (stop === undefined) throw new RangeError("a leg without its sibling");
    pairLegs(core, limit, stop);
  }
}

function at(values: readonly number[], place: number): number {
  const value = values[place];
  if (value === undefined) throw new RangeError("a reference past the end");
  return value;
}
