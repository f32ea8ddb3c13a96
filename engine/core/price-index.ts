/**
 * The order of prices on the sides of books: a radix tree over the 53 bits of a price, 32 children to a
 * node, with every node left out that would have one child. Finding takes at most 11 steps whatever
 * the number of prices (two or three where prices lie close together), the best and the next price are found the
 * same way, and memory is in proportion to the prices present.
 *
 * A reference to a subtree is a number: above zero a node, below zero the level −reference − 1, zero nothing.
 */
const SHIFT = 8;
const NODES = 1 << SHIFT;
const MASK = NODES - 1;
const BITMAP = 0;
/** The lowest of the five bits of the price that choose the child: 0, 5, …, 50. */
const BIT = 1;
/** A price under the node, taken apart: all of them agree in the bits above its own. */
const KEY_LOW = 2;
const KEY_HIGH = 3;
const CHILDREN = 4;
const NODE_WORDS = 36;
/** Prices are taken apart into 30 low bits and 23 high ones, which whole-number instructions can shift. */
const LOW_BITS = 30;
const LOW_RANGE = 1 << LOW_BITS;

export class PriceIndex {
  readonly #segments: Int32Array[] = [];
  #used = 1;
  #free = 0;
  /** Where the last search ended: the node without a child for the price, or above the wrong leaf. */
  #lastNode = 0;
  /** Price of a level, asked of the levels' own table. */
  readonly #priceOf: (level: number) => number;

  constructor(priceOf: (level: number) => number) {
    this.#priceOf = priceOf;
    this.#segments.push(new Int32Array(NODES * NODE_WORDS));
  }

  /** The level that would be at a price (the caller compares its price), or −1. */
  find(root: number, price: number): number {
    const high = highOf(price);
    const low = lowOf(price, high);
    let reference = root;
    let last = 0;
    while (reference > 0) {
      const node = this.#segments[reference >>> SHIFT]!;
      const at = (reference & MASK) * NODE_WORDS;
      const digit = digitOf(low, high, node[at + BIT]!);
      last = reference;
      reference = node[at + CHILDREN + digit]!;
    }
    this.#lastNode = last;
    return -reference - 1;
  }

  /** Adds a level at a price that the last {@link find}, from the same root, did not meet; returns the new root. */
  insert(root: number, price: number, level: number): number {
    const leaf = -level - 1;
    const last = this.#lastNode;
    if (last !== 0) {
      const high = highOf(price);
      const low = lowOf(price, high);
      const words = this.#segments[last >>> SHIFT]!;
      const at = (last & MASK) * NODE_WORDS;
      const shift = words[at + BIT]!;
      const digit = digitOf(low, high, shift);
      const above = shift + 5;
      const isUnder =
        above < LOW_BITS
          ? high === words[at + KEY_HIGH] && (low ^ words[at + KEY_LOW]!) >>> above === 0
          : (high ^ words[at + KEY_HIGH]!) >>> (above - LOW_BITS) === 0;
      if (isUnder && words[at + CHILDREN + digit] === 0) {
        words[at + CHILDREN + digit] = leaf;
        words[at + BITMAP] = words[at + BITMAP]! | (1 << digit);
        return root;
      }
    }
    return root === 0 ? leaf : this.#insertApart(root, price, leaf);
  }

  /** The level at the lowest, or the highest, price under a root that is not zero. */
  extreme(root: number, lowest: boolean): number {
    let reference = root;
    while (reference > 0) {
      const words = this.#segments[reference >>> SHIFT]!;
      const at = (reference & MASK) * NODE_WORDS;
      const bits = words[at + BITMAP]!;
      reference = words[at + CHILDREN + (lowest ? lowestBit(bits) : 31 - Math.clz32(bits))]!;
    }
    return -reference - 1;
  }

  /** The level at the next higher, or the next lower, price than one that is there; −1 when it is the last. */
  next(root: number, price: number, higher: boolean): number {
    let reference = root;
    let beside = 0;
    while (reference > 0) {
      const words = this.#segments[reference >>> SHIFT]!;
      const at = (reference & MASK) * NODE_WORDS;
      const digit = digitAt(price, words[at + BIT]!);
      const bitmap = words[at + BITMAP]!;
      const bits = higher ? (digit === 31 ? 0 : bitmap & (-1 << (digit + 1))) : bitmap & ((1 << digit) - 1);
      if (bits !== 0) beside = words[at + CHILDREN + (higher ? lowestBit(bits) : 31 - Math.clz32(bits))]!;
      reference = words[at + CHILDREN + digit]!;
    }
    return beside === 0 ? -1 : this.extreme(beside, higher);
  }

  /** Takes a price out; returns the new root. */
  remove(root: number, price: number): number {
    if (root < 0) return 0;
    const high = highOf(price);
    const low = lowOf(price, high);
    let grandparent = 0;
    let parent = root;
    let words = this.#segments[parent >>> SHIFT]!;
    let at = (parent & MASK) * NODE_WORDS;
    let digit = digitOf(low, high, words[at + BIT]!);
    for (let child = words[at + CHILDREN + digit]!; child > 0; child = words[at + CHILDREN + digit]!) {
      grandparent = parent;
      parent = child;
      words = this.#segments[parent >>> SHIFT]!;
      at = (parent & MASK) * NODE_WORDS;
      digit = digitOf(low, high, words[at + BIT]!);
    }
    words[at + CHILDREN + digit] = 0;
    const left = words[at + BITMAP]! & ~(1 << digit);
    words[at + BITMAP] = left;
    if ((left & (left - 1)) !== 0) return root;
    const onlyAt = at + CHILDREN + (31 - Math.clz32(left));
    const only = words[onlyAt]!;
    words[onlyAt] = 0;
    words[at + BITMAP] = this.#free;
    this.#free = parent;
    if (grandparent === 0) return only;
    this.#setChild(grandparent, digitAt(price, this.#shift(grandparent)), only);
    return root;
  }

  /** Adds a leaf where no node parts the new price from its kin yet, or where that node is further up. */
  #insertApart(root: number, price: number, leaf: number): number {
    const near = this.#priceOf(this.#anyUnder(root, price));
    const shift = highestDifference(price, near);
    let parent = 0;
    let reference = root;
    while (reference > 0 && this.#shift(reference) > shift) {
      parent = reference;
      reference = this.#child(reference, digitAt(price, this.#shift(reference)));
    }
    let node = reference;
    let newRoot = root;
    if (reference <= 0 || this.#shift(reference) < shift) {
      node = this.#allocate(shift, price);
      this.#setChild(node, digitAt(near, shift), reference);
      if (parent === 0) newRoot = node;
      else this.#setChild(parent, digitAt(price, this.#shift(parent)), node);
    }
    this.#setChild(node, digitAt(price, shift), leaf);
    return newRoot;
  }

  /** A level that shares with the price the longest way down. */
  #anyUnder(root: number, price: number): number {
    let reference = root;
    while (reference > 0) {
      const words = this.#segments[reference >>> SHIFT]!;
      const at = (reference & MASK) * NODE_WORDS;
      const child = words[at + CHILDREN + digitAt(price, words[at + BIT]!)]!;
      reference = child !== 0 ? child : words[at + CHILDREN + 31 - Math.clz32(words[at + BITMAP]!)]!;
    }
    return -reference - 1;
  }

  #shift(node: number): number {
    return this.#segments[node >>> SHIFT]![(node & MASK) * NODE_WORDS + BIT]!;
  }

  #child(node: number, digit: number): number {
    return this.#segments[node >>> SHIFT]![(node & MASK) * NODE_WORDS + CHILDREN + digit]!;
  }

  #setChild(node: number, digit: number, reference: number): void {
    const words = this.#segments[node >>> SHIFT]!;
    const at = (node & MASK) * NODE_WORDS;
    words[at + BITMAP] = words[at + BITMAP]! | (1 << digit);
    words[at + CHILDREN + digit] = reference;
  }

  #allocate(shift: number, price: number): number {
    let node = this.#free;
    if (node !== 0) this.#free = this.#segments[node >>> SHIFT]![(node & MASK) * NODE_WORDS + BITMAP]!;
    else {
      node = this.#used;
      if (node >>> SHIFT >= this.#segments.length) this.#segments.push(new Int32Array(NODES * NODE_WORDS));
      this.#used += 1;
    }
    const words = this.#segments[node >>> SHIFT]!;
    const at = (node & MASK) * NODE_WORDS;
    // Its children are zero: of a new segment anyway, of a released node because it lost them all.
    words[at + BITMAP] = 0;
    words[at + BIT] = shift;
    const high = highOf(price);
    words[at + KEY_HIGH] = high;
    words[at + KEY_LOW] = lowOf(price, high);
    return node;
  }
}

function highOf(price: number): number {
  return price < LOW_RANGE ? 0 : Math.floor(price / LOW_RANGE) | 0;
}

function lowOf(price: number, high: number): number {
  return high === 0 ? price | 0 : (price - high * LOW_RANGE) | 0;
}

function digitAt(price: number, shift: number): number {
  const high = highOf(price);
  return digitOf(lowOf(price, high), high, shift);
}

function digitOf(low: number, high: number, shift: number): number {
  return (shift < LOW_BITS ? low >>> shift : high >>> (shift - LOW_BITS)) & 31;
}

/** The highest five bits, by the lowest of them, in which two different prices differ. */
function highestDifference(left: number, right: number): number {
  const leftHigh = highOf(left);
  const rightHigh = highOf(right);
  if (leftHigh !== rightHigh) return LOW_BITS + fiveBits(leftHigh ^ rightHigh);
  return fiveBits(lowOf(left, leftHigh) ^ lowOf(right, rightHigh));
}

/** The place of the highest bit, down to a multiple of five. */
function fiveBits(bits: number): number {
  const place = 31 - Math.clz32(bits);
  return place - (place % 5);
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
