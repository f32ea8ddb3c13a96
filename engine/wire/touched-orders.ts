import type { Command } from "../core/command.ts";
import { EventType } from "../core/event.ts";
import type { MatchingCore } from "../core/matching-core.ts";
import { CommandKind } from "../core/terms.ts";

/** What the column of rounds holds. */
const MAX_ROUND = 0x7fff_ffff;

/**
 * The distinct orders that a command's events name, the order that the command is about first: the one
 * it placed, else the one that its first event names. Reused from command to command.
 */
export class TouchedOrders {
  count = 0;
  /** Trades among the events. */
  trades = 0;
  slots: Int32Array = new Int32Array(1_024);
  /** By slot: which collection saw it last, and its place there. */
  #seen = new Int32Array(4_096);
  #place = new Int32Array(4_096);
  #round = 0;

  collect(core: MatchingCore, command: Command): void {
    const { events } = core;
    this.count = 0;
    this.trades = 0;
    if (this.#round === MAX_ROUND) {
      this.#seen.fill(0);
      this.#round = 0;
    }
    this.#round += 1;
    // A cancel-replace ends the old order before it places the new one, which it is about.
    if (command.kind === CommandKind.Replace) {
      for (let at = 0; at < events.count && this.count === 0; at++) {
        const type = events.type[at];
        if (type === EventType.Accepted || type === EventType.Rejected) this.#add(events.slot[at]!);
      }
    }
    for (let at = 0; at < events.count; at++) {
      const slot = events.slot[at]!;
      if (slot < 0) continue;
      const type = events.type[at];
      // A taker is named behind its maker, but comes before it: it was accepted, or triggered, earlier.
      this.#add(slot);
      if (type === EventType.Trade) {
        this.trades += 1;
        this.#add(events.other[at]!);
      } else if (type === EventType.Prevented) this.#add(events.other[at]!);
    }
  }

  /** Place of a collected slot. */
  indexOf(slot: number): number {
    return this.#place[slot]!;
  }

  #add(slot: number): void {
    if (slot >= this.#seen.length) this.#growSlots(slot);
    if (this.#seen[slot] === this.#round) return;
    this.#seen[slot] = this.#round;
    this.#place[slot] = this.count;
    if (this.count === this.slots.length) {
      const larger = new Int32Array(this.count * 2);
      larger.set(this.slots);
      this.slots = larger;
    }
    this.slots[this.count++] = slot;
  }

  #growSlots(slot: number): void {
    const length = Math.max(this.#seen.length * 2, slot + 1);
    const seen = new Int32Array(length);
    seen.set(this.#seen);
    const place = new Int32Array(length);
    place.set(this.#place);
    this.#seen = seen;
    this.#place = place;
  }
}
