import { createHash } from "node:crypto";
import { formatId, idTimeMs, makeId, parseId } from "../../engine/ids.ts";
import type { Clock } from "../../engine/ports.ts";

const ID_RANDOM_BYTES = 8;

/** What a fresh id is made of. */
interface IdSources {
  readonly clock: Clock;
  /** That many random bytes. */
  random(bytes: number): Uint8Array;
}

/** A fresh id of a command or an order; `symbol` 0 where it has none. */
export function newId(services: IdSources, symbol: number): string {
  const id = { a: 0, b: 0, c: 0, d: 0 };
  return formatId(makeId(services.clock.nowMs(), symbol, services.random(ID_RANDOM_BYTES), id));
}

/**
 * The `place`-th id that belongs to another one: same time, same symbol's number unless told
 * otherwise, and the same whenever it is asked for, so that a command sent again names the same
 * orders as it did before.
 */
export function derivedId(baseId: string, place: number, symbol: number): string {
  const base = parseId(baseId, { a: 0, b: 0, c: 0, d: 0 });
  const digest = createHash("sha256").update(`${baseId}:${place}`).digest();
  const id = { a: 0, b: 0, c: 0, d: 0 };
  return formatId(makeId(idTimeMs(base), symbol, digest.subarray(0, ID_RANDOM_BYTES), id));
}

/** Milliseconds inside an id. */
export function timeOfId(id: string): number {
  return idTimeMs(parseId(id, { a: 0, b: 0, c: 0, d: 0 }));
}
