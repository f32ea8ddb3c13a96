/**
 * The order of prices on the sides of books: a radix tree over the 53 bits of a price, 32 children to a
 * node, with every node left out that would have one child. Finding takes at most 11 steps whatever
 * the number of prices (two or three where prices lie close together), memory is in proportion to
 * the prices present, and a new price meets its neighbour in the node that it enters.
 *
 * A reference to a subtree is a number: above zero a node, below zero the level −reference − 1, zero nothing.
 */
const SHIFT = 8;
const NODES = 1 << SHIFT;
const MASK = NODES - 1;
const BITMAP = 0;
/** Which five bits of the price choose the child: 0 the lowest. */
const DEPTH = 1;
const CHILDREN = 2;
const NODE_WORDS = 34;
const LOW_RANGE = 1 << 30;

export class PriceIndex {
  readonly #segments: Int32Array[] = [];
  #used = 1;
  #free = 0;
  /** Price of a level, asked of the levels' own table. */
  readonly #priceOf: (level: number) => number;

  constructor(priceOf: (level: number) => number) {
    this.#priceOf = priceOf;
    this.#segments.push(new Int32Array(NODES * NODE_WORDS));
  }

  /** The level that would be at a price (the caller compares its price), or −1. */
  find(root: number, price: number): number {
    const low = price % LOW_RANGE;
    const high = (price - low) / LOW_RANGE;
    let reference = root;
    while (reference > 0) {
      const node = this.#segments[reference >>> SHIFT]!;
      const at = (reference & MASK) * NODE_WORDS;
      const depth = node[at + DEPTH]!;
      const digit = (depth < 6 ? low >>> (depth * 5) : high >>> (depth * 5 - 30)) & 31;
      reference = node[at + CHILDREN + digit]!;
    }
    return -reference - 1;
  }

  /**
   * Adds a level at a price that is not there. Returns the new root; `neighbour` and
   * `neighbourIsHigher` then name the next level on one of the sides.
   */
  insert(root: number, price: number, level: number): number {
    const leaf = -level - 1;
    this.neighbour = -1;
    if (root === 0) return leaf;
    const near = this.#priceOf(this.#anyUnder(root, price));
    const depth = highestDifference(price, near);
    let parent = 0;
    let reference = root;
    while (reference > 0 && this.#depth(reference) > depth) {
      parent = reference;
      reference = this.#child(reference, digitAt(price, this.#depth(reference)));
    }
    let node = reference;
    let newRoot = root;
    if (reference <= 0 || this.#depth(reference) < depth) {
      node = this.#allocate(depth);
      this.#setChild(node, digitAt(near, depth), reference);
      if (parent === 0) newRoot = node;
      else this.#setChild(parent, digitAt(price, this.#depth(parent)), node);
    }
    const digit = digitAt(price, depth);
    this.#findNeighbour(node, digit);
    this.#setChild(node, digit, leaf);
    return newRoot;
  }

  /** Set by {@link insert}: a level next to the new one, −1 when it is alone. */
  neighbour = -1;
  neighbourIsHigher = false;

  /** Takes a price out; returns the new root. */
  remove(root: number, price: number): number {
    if (root < 0) return 0;
    let grandparent = 0;
    let parent = root;
    for (;;) {
      const child = this.#child(parent, digitAt(price, this.#depth(parent)));
      if (child < 0) break;
      grandparent = parent;
      parent = child;
    }
    const words = this.#segments[parent >>> SHIFT]!;
    const at = (parent & MASK) * NODE_WORDS;
    const digit = digitAt(price, words[at + DEPTH]!);
    words[at + CHILDREN + digit] = 0;
    const left = words[at + BITMAP]! & ~(1 << digit);
    words[at + BITMAP] = left;
    if ((left & (left - 1)) !== 0) return root;
    const last = words[at + CHILDREN + (31 - Math.clz32(left))]!;
    this.#release(parent);
    if (grandparent === 0) return last;
    this.#setChild(grandparent, digitAt(price, this.#depth(grandparent)), last);
    return root;
  }

  /** A level that shares with the price the longest way down. */
  #anyUnder(root: number, price: number): number {
    let reference = root;
    while (reference > 0) {
      const words = this.#segments[reference >>> SHIFT]!;
      const at = (reference & MASK) * NODE_WORDS;
      const child = words[at + CHILDREN + digitAt(price, words[at + DEPTH]!)]!;
      reference = child !== 0 ? child : words[at + CHILDREN + 31 - Math.clz32(words[at + BITMAP]!)]!;
    }
    return -reference - 1;
  }

  #findNeighbour(node: number, digit: number): void {
    const words = this.#segments[node >>> SHIFT]!;
    const at = (node & MASK) * NODE_WORDS;
    const bitmap = words[at + BITMAP]!;
    const above = digit === 31 ? 0 : bitmap & (-1 << (digit + 1));
    this.neighbourIsHigher = above !== 0;
    const next = above !== 0 ? lowestBit(above) : 31 - Math.clz32(bitmap & ((1 << digit) - 1));
    let reference = words[at + CHILDREN + next]!;
    while (reference > 0) {
      const inner = this.#segments[reference >>> SHIFT]!;
      const start = (reference & MASK) * NODE_WORDS;
      const bits = inner[start + BITMAP]!;
      reference = inner[start + CHILDREN + (above !== 0 ? lowestBit(bits) : 31 - Math.clz32(bits))]!;
    }
    this.neighbour = -reference - 1;
  }

  #depth(node: number): number {
    return this.#segments[node >>> SHIFT]![(node & MASK) * NODE_WORDS + DEPTH]!;
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

  #allocate(depth: number): number {
    let node = this.#free;
    if (node !== 0) this.#free = this.#child(node, 0);
    else {
      node = this.#used;
      if (node >>> SHIFT >= this.#segments.length) this.#segments.push(new Int32Array(NODES * NODE_WORDS));
      this.#used += 1;
    }
    const words = this.#segments[node >>> SHIFT]!;
    const at = (node & MASK) * NODE_WORDS;
    words.fill(0, at, at + NODE_WORDS);
    words[at + DEPTH] = depth;
    return node;
  }

  #release(node: number): void {
    this.#segments[node >>> SHIFT]![(node & MASK) * NODE_WORDS + CHILDREN] = this.#free;
    this.#free = node;
  }
}

function digitAt(price: number, depth: number): number {
  const low = price % LOW_RANGE;
  return (depth < 6 ? low >>> (depth * 5) : ((price - low) / LOW_RANGE) >>> (depth * 5 - 30)) & 31;
}

/** The highest five-bit digit in which two different prices differ. */
function highestDifference(left: number, right: number): number {
  const leftLow = left % LOW_RANGE;
  const rightLow = right % LOW_RANGE;
  const high = ((left - leftLow) / LOW_RANGE) ^ ((right - rightLow) / LOW_RANGE);
  if (high !== 0) return 6 + Math.floor((31 - Math.clz32(high)) / 5);
  return Math.floor((31 - Math.clz32(leftLow ^ rightLow)) / 5);
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
