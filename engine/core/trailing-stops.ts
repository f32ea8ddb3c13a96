import type { OrderExtras } from "./order-extras.ts";
import { ExtraDouble, ExtraWord } from "./order-extras.ts";
import type { OrderTable } from "./order-table.ts";
import { PairingHeaps } from "./pairing-heap.ts";
import { Side } from "./terms.ts";

const BASIS = 10_000;

/** Active trailing stops with one extreme. */
interface Group {
  extreme: number;
  /** Number of the last activation that it holds; activations are numbered as they come. */
  until: number;
  /** Heaps by basis points and by amount: the tightest first. */
  byDelta: number;
  byAmount: number;
  /** Last price at which its tightest order triggers, times the side's sign; −∞ when it is empty. */
  trigger: number;
  /** Its place in the heap of groups, −1: not there. */
  place: number;
}

/**
 * The active trailing stops of one side of one symbol. Since an extreme is the highest (buy: lowest) trade since
 * activation, orders activated earlier have the further extreme: the groups are a stack, and a trade beyond
 * the nearest extremes melds these groups into one. No trade looks at each order, whatever their number;
 * the groups' heap has the one that triggers first on top.
 *
 * Everything is mirrored for the buy side by a sign: "higher" is times sign.
 */
export class TrailingStops {
  readonly #orders: OrderTable;
  readonly #extras: OrderExtras;
  readonly #sign: 1 | -1;
  readonly #deltas: PairingHeaps;
  readonly #amounts: PairingHeaps;
  readonly #stack: Group[] = [];
  readonly #heap: Group[] = [];
  #activations = 0;

  constructor(orders: OrderTable, extras: OrderExtras, side: Side) {
    this.#orders = orders;
    this.#extras = extras;
    this.#sign = side === Side.Sell ? 1 : -1;
    this.#deltas = new PairingHeaps(orders, extras, (slot) =>
      extras.word(orders.extras(slot), ExtraWord.TrailingDelta),
    );
    this.#amounts = new PairingHeaps(orders, extras, (slot) =>
      extras.double(orders.extras(slot), ExtraDouble.TrailingAmount),
    );
  }

  /** An order becomes active by a trade at `price`, which {@link observe} has seen, or at a restored extreme. */
  activate(slot: number, price: number): void {
    let group = this.#stack.at(-1);
    this.#activations += 1;
    if (group === undefined || group.extreme !== price) {
      group = {
        extreme: price,
        until: 0,
        byDelta: -1,
        byAmount: -1,
        trigger: Number.NEGATIVE_INFINITY,
        place: -1,
      };
      this.#stack.push(group);
    }
    group.until = this.#activations;
    this.#extras.setDouble(this.#orders.extras(slot), ExtraDouble.ActivatedAt, this.#activations);
    this.#join(group, slot);
  }

  /** A trade: moves the extremes it passes, then takes out what it triggers and adds that to `found`. */
  observe(price: number, found: number[]): void {
    this.#moveExtremes(price);
    const reached = price * this.#sign;
    for (let group = this.#heap[0]; group !== undefined; group = this.#heap[0]) {
      if (group.trigger < reached) break;
      const slot = this.#tightest(group);
      this.#leave(group, slot);
      found.push(slot);
    }
    this.#dropEmptyGroups();
  }

  remove(slot: number): void {
    this.#leave(this.#groupOf(slot), slot);
    this.#dropEmptyGroups();
  }

  /** Takes the order's trailing values as they are now; its extreme stays. `change` writes them. */
  change(slot: number, change: () => void): void {
    const group = this.#groupOf(slot);
    this.#leave(group, slot);
    change();
    this.#join(group, slot);
  }

  /** The extreme of an active order, ticks. */
  extremeOf(slot: number): number {
    return this.#groupOf(slot).extreme;
  }

  /** Whether values (one of them zero) would trigger an active order at a last price. */
  wouldTrigger(slot: number, delta: number, amount: number, last: number): boolean {
    return last * this.#sign <= this.#threshold(this.extremeOf(slot), delta, amount);
  }

  /** Calls with every active order, from the furthest extreme on. */
  forEach(visit: (slot: number) => void): void {
    for (const group of this.#stack) {
      this.#deltas.forEach(group.byDelta, visit);
      this.#amounts.forEach(group.byAmount, visit);
    }
  }

  #moveExtremes(price: number): void {
    const reached = price * this.#sign;
    let moved: Group | undefined;
    for (let top = this.#stack.at(-1); top !== undefined; top = this.#stack.at(-1)) {
      if (top.extreme * this.#sign > reached) break;
      this.#stack.pop();
      if (top.place >= 0) this.#dropFromHeap(top);
      if (moved === undefined) moved = top;
      else {
        moved.byDelta = this.#deltas.meld(moved.byDelta, top.byDelta);
        moved.byAmount = this.#amounts.meld(moved.byAmount, top.byAmount);
      }
    }
    if (moved === undefined || isEmpty(moved)) return;
    moved.extreme = price;
    this.#stack.push(moved);
    this.#updateTrigger(moved);
  }

  /** The group that holds an activation: the first whose last trade is not before it. */
  #groupOf(slot: number): Group {
    const activatedAt = this.#extras.double(this.#orders.extras(slot), ExtraDouble.ActivatedAt);
    let low = 0;
    let high = this.#stack.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#stack[middle]!.until >= activatedAt) high = middle;
      else low = middle + 1;
    }
    const group = this.#stack[low];
    if (group === undefined) throw new Error("trailing stop: active order without a group");
    return group;
  }

  #join(group: Group, slot: number): void {
    if (this.#isByDelta(slot)) group.byDelta = this.#deltas.insert(group.byDelta, slot);
    else group.byAmount = this.#amounts.insert(group.byAmount, slot);
    this.#updateTrigger(group);
  }

  #leave(group: Group, slot: number): void {
    if (this.#isByDelta(slot)) group.byDelta = this.#deltas.remove(group.byDelta, slot);
    else group.byAmount = this.#amounts.remove(group.byAmount, slot);
    this.#updateTrigger(group);
  }

  #isByDelta(slot: number): boolean {
    return this.#extras.word(this.#orders.extras(slot), ExtraWord.TrailingDelta) !== 0;
  }

  #tightest(group: Group): number {
    if (group.byDelta < 0) return group.byAmount;
    if (group.byAmount < 0) return group.byDelta;
    return this.#thresholdOf(group, group.byDelta) >= this.#thresholdOf(group, group.byAmount)
      ? group.byDelta
      : group.byAmount;
  }

  #thresholdOf(group: Group, slot: number): number {
    const row = this.#orders.extras(slot);
    const amount = this.#extras.double(row, ExtraDouble.TrailingAmount);
    return this.#threshold(group.extreme, this.#extras.word(row, ExtraWord.TrailingDelta), amount);
  }

  /**
   * Highest last price (times sign) that triggers: sell last × 10⁴ ≤ max × (10⁴ − δ), buy last × 10⁴ ≥
   * min × (10⁴ + δ), so the distance ceil(extreme × δ ÷ 10⁴), from a whole and a rest to stay exact.
   */
  #threshold(extreme: number, delta: number, amount: number): number {
    if (delta === 0) return (extreme - amount * this.#sign) * this.#sign;
    const whole = Math.floor(extreme / BASIS);
    const distance = whole * delta + Math.ceil(((extreme - whole * BASIS) * delta) / BASIS);
    return (extreme - distance * this.#sign) * this.#sign;
  }

  #updateTrigger(group: Group): void {
    if (isEmpty(group)) {
      if (group.place >= 0) this.#dropFromHeap(group);
      return;
    }
    group.trigger = this.#thresholdOf(group, this.#tightest(group));
    if (group.place < 0) {
      group.place = this.#heap.length;
      this.#heap.push(group);
    }
    this.#sift(group);
  }

  /** Takes empty groups off the stack, all at once when they are the most of it: constant, amortised. */
  #dropEmptyGroups(): void {
    const stack = this.#stack;
    for (let top = stack.at(-1); top !== undefined && isEmpty(top); top = stack.at(-1)) stack.pop();
    // Every group that has orders is in the heap.
    if (stack.length < 2 * this.#heap.length + 16) return;
    const kept = stack.filter((group) => !isEmpty(group));
    stack.length = 0;
    for (const group of kept) stack.push(group);
  }

  #dropFromHeap(group: Group): void {
    const last = this.#heap.pop()!;
    if (last !== group) {
      last.place = group.place;
      this.#heap[last.place] = last;
      this.#sift(last);
    }
    group.place = -1;
  }

  #sift(group: Group): void {
    const heap = this.#heap;
    let at = group.place;
    while (at > 0) {
      const parent = heap[(at - 1) >>> 1]!;
      if (parent.trigger >= group.trigger) break;
      heap[at] = parent;
      parent.place = at;
      at = (at - 1) >>> 1;
    }
    for (;;) {
      const left = heap[at * 2 + 1];
      const right = heap[at * 2 + 2];
      const higher = right !== undefined && left !== undefined && right.trigger > left.trigger ? right : left;
      if (higher === undefined || higher.trigger <= group.trigger) break;
      const from = higher.place;
      heap[at] = higher;
      higher.place = at;
      at = from;
    }
    heap[at] = group;
    group.place = at;
  }
}

function isEmpty(group: Group): boolean {
  return group.byDelta < 0 && group.byAmount < 0;
}
