/**
 * The order of prices on the sides of books. Prices are kept in pages of 32 neighbours; the pages of a side are the
 * leaves of a radix tree over the bits of a price above these five, 32 children to a node, with a node only
 * where pages part. Each page and node has a bitmap of what is not empty under it, so that the best and the next price
 * are found by a few looks at bits, and a price joins or leaves by setting or clearing some, from its page
 * upwards.
 *
 * Orders come and go at the same prices: an emptied page stays where it is until {@link EMPTY_PAGES} others
 * have been emptied after it. A page lately used is found without the tree, by a look at one entry of a table. Otherwise
 * finding takes at most 11 steps whatever the number of prices (two or three where they lie close together).
 * Memory is in proportion to the prices present, but for the empty pages.
 *
 * A reference is a number of a page or a node, zero nothing. Children of a page are levels plus one, those of
 * a node pages or nodes.
 */
const SHIFT = 8;
const NODES = 1 << SHIFT;
const MASK = NODES - 1;
/** What is not empty under it. */
const BITMAP = 0;
/**
 * Of a node the lowest of the five bits of the price that choose the child: 5, 10, …, 50; of a page
 * −side − 1; 0 while free.
 */
const KIND = 1;
/** A price under it, taken apart: all of them agree in the bits above its own. */
const KEY_LOW = 2;
const KEY_HIGH = 3;
const PARENT = 4;
/** Of a node the number of its children, empty ones too; of a page 1 while it is listed as emptied. */
const HELD = 5;
const CHILDREN = 6;
const NODE_WORDS = 38;
/** Prices are taken apart into 30 low bits and 23 high ones, which whole-number instructions can shift. */
const LOW_BITS = 30;
const LOW_RANGE = 1 << LOW_BITS;

const RECENT = 4_096;
/** Sides begin apart in the table of recent pages: an odd number, so that it meets every entry. */
const SIDE_APART = 1_365;
/** Emptied pages kept, 152 bytes each: a book that wanders comes back to its prices. */
const EMPTY_PAGES = 2_048;

export class PriceIndex {
  readonly #segments: Int32Array[] = [];
  #roots = new Int32Array(16);
  /** Pages by price and side, any of which may be another's or free: the page itself says. */
  readonly #recent = new Int32Array(RECENT);
  /** Pages lately emptied (or filled again since), a ring, and where its oldest entry is. */
  readonly #emptied = new Int32Array(EMPTY_PAGES);
  #oldest = 0;
  #used = 1;
  #free = 0;
  /** Page that the last {@link find} ended at, 0: there is none for that price. */
  #found = 0;

  constructor() {
    this.#segments.push(new Int32Array(NODES * NODE_WORDS));
  }

  /** Makes room for sides below a number. */
  reserve(sides: number): void {
    if (sides <= this.#roots.length) return;
    const roots = new Int32Array(sides * 2);
    roots.set(this.#roots);
    this.#roots = roots;
  }

  /** The level at a price of a side, or −1. */
  find(side: number, price: number): number {
    const high = highOf(price);
    const low = lowOf(price, high);
    const page = this.#recent[recentOf(side, low)]!;
    const words = this.#segments[page >>> SHIFT]!;
    const at = (page & MASK) * NODE_WORDS;
    const isIt =
      words[at + KIND] === ~side && (words[at + KEY_LOW]! ^ low) >>> 5 === 0 && words[at + KEY_HIGH] === high;
    if (!isIt) return this.#findPage(side, low, high);
    this.#found = page;
    return words[at + CHILDREN + (low & 31)]! - 1;
  }

  /** Adds a level at the price that the last {@link find} did not meet; returns its page. */
  insert(side: number, price: number, level: number): number {
    const high = highOf(price);
    const low = lowOf(price, high);
    const page = this.#found === 0 ? this.#addPage(side, low, high) : this.#found;
    const words = this.#segments[page >>> SHIFT]!;
    const at = (page & MASK) * NODE_WORDS;
    const bitmap = words[at + BITMAP]!;
    words[at + CHILDREN + (low & 31)] = level + 1;
    words[at + BITMAP] = bitmap | (1 << (low & 31));
    if (bitmap === 0) this.#markAbove(words[at + PARENT]!, low, high);
    return page;
  }

  /**
   * Takes a price out of its page. Returns the lowest page or node above it that is not empty, 0 when the side is: if it
   * was the best price, the next one is under that.
   */
  remove(page: number, price: number): number {
    const words = this.#segments[page >>> SHIFT]!;
    const at = (page & MASK) * NODE_WORDS;
    const high = highOf(price);
    const low = lowOf(price, high);
    const bitmap = words[at + BITMAP]! & ~(1 << (low & 31));
    words[at + CHILDREN + (low & 31)] = 0;
    words[at + BITMAP] = bitmap;
    if (bitmap !== 0) return page;
    const left = this.#clearAbove(words[at + PARENT]!, low, high);
    if (words[at + HELD] === 0) {
      words[at + HELD] = 1;
      this.#listEmptied(page);
    }
    return left;
  }

  /** The level at the lowest, or the highest, price under a page or node that is not empty. */
  extreme(root: number, lowest: boolean): number {
    let reference = root;
    for (;;) {
      const words = this.#segments[reference >>> SHIFT]!;
      const at = (reference & MASK) * NODE_WORDS;
      const bits = words[at + BITMAP]!;
      const child = words[at + CHILDREN + (lowest ? lowestBit(bits) : highestBit(bits))]!;
      if (words[at + KIND]! < 0) return child - 1;
      reference = child;
    }
  }

  /** The level at the next higher, or the next lower, price than one that is there; −1 when it is the last. */
  next(page: number, price: number, higher: boolean): number {
    const high = highOf(price);
    const low = lowOf(price, high);
    const beside = this.#beside(page, low & 31, higher);
    if (beside !== 0) return beside - 1;
    for (let node = this.#word(page, PARENT); node !== 0; node = this.#word(node, PARENT)) {
      const child = this.#beside(node, digitOf(low, high, this.#word(node, KIND)), higher);
      if (child !== 0) return this.extreme(child, higher);
    }
    return -1;
  }

  #findPage(side: number, low: number, high: number): number {
    let reference = this.#roots[side]!;
    this.#found = 0;
    while (reference !== 0) {
      const words = this.#segments[reference >>> SHIFT]!;
      const at = (reference & MASK) * NODE_WORDS;
      const shift = words[at + KIND]!;
      if (shift < 0) {
        if ((words[at + KEY_LOW]! ^ low) >>> 5 !== 0 || words[at + KEY_HIGH] !== high) return -1;
        this.#found = reference;
        this.#recent[recentOf(side, low)] = reference;
        return words[at + CHILDREN + (low & 31)]! - 1;
      }
      reference = words[at + CHILDREN + digitOf(low, high, shift)]!;
    }
    return -1;
  }

  /** A new page, under the node where it belongs, or under a new one where it parts from what is there. */
  #addPage(side: number, low: number, high: number): number {
    const page = this.#allocate(~side, low, high);
    this.#recent[recentOf(side, low)] = page;
    let parent = 0;
    let reference = this.#roots[side]!;
    while (reference !== 0) {
      const words = this.#segments[reference >>> SHIFT]!;
      const at = (reference & MASK) * NODE_WORDS;
      const shift = words[at + KIND]!;
      const [keyLow, keyHigh] = [words[at + KEY_LOW]!, words[at + KEY_HIGH]!];
      const parted = highestDifference(keyLow ^ low, keyHigh ^ high);
      if (parted > shift) {
        const node = this.#allocate(parted, low, high);
        this.#attach(side, parent, node, low, high);
        this.#attach(side, node, reference, keyLow, keyHigh);
        if (words[at + BITMAP] !== 0) this.#setBit(node, digitOf(keyLow, keyHigh, parted));
        parent = node;
        break;
      }
      parent = reference;
      reference = words[at + CHILDREN + digitOf(low, high, shift)]!;
    }
    this.#attach(side, parent, page, low, high);
    return page;
  }

  /** Makes something the child of a node (0: the root) at its price, in the place of what is there. */
  #attach(side: number, parent: number, child: number, low: number, high: number): void {
    this.#setWord(child, PARENT, parent);
    if (parent === 0) {
      this.#roots[side] = child;
      return;
    }
    const words = this.#segments[parent >>> SHIFT]!;
    const at = (parent & MASK) * NODE_WORDS;
    const place = at + CHILDREN + digitOf(low, high, words[at + KIND]!);
    if (words[place] === 0) words[at + HELD] = words[at + HELD]! + 1;
    words[place] = child;
  }

  /** Takes an empty page, and the nodes above it that have no other child, out of the tree. */
  #detach(page: number): void {
    const side = ~this.#word(page, KIND);
    const low = this.#word(page, KEY_LOW);
    const high = this.#word(page, KEY_HIGH);
    let child = page;
    for (;;) {
      const node = this.#word(child, PARENT);
      this.#release(child);
      if (node === 0) {
        this.#roots[side] = 0;
        return;
      }
      const held = this.#word(node, HELD) - 1;
      this.#setWord(node, HELD, held);
      this.#setWord(node, CHILDREN + digitOf(low, high, this.#word(node, KIND)), 0);
      if (held !== 0) return;
      child = node;
    }
  }

  /** A page has become empty: it is kept for a while, instead of the one that has been the longest. */
  #listEmptied(page: number): void {
    const old = this.#emptied[this.#oldest]!;
    this.#emptied[this.#oldest] = page;
    this.#oldest = (this.#oldest + 1) & (EMPTY_PAGES - 1);
    if (old === 0) return;
    if (this.#word(old, BITMAP) === 0) this.#detach(old);
    else this.#setWord(old, HELD, 0);
  }

  /** What is at a price is not empty any more: says so from a node upwards, as far as that is news. */
  #markAbove(parent: number, low: number, high: number): void {
    for (let node = parent; node !== 0; node = this.#word(node, PARENT)) {
      const before = this.#word(node, BITMAP);
      this.#setBit(node, digitOf(low, high, this.#word(node, KIND)));
      if (before !== 0) return;
    }
  }

  /** What is at a price has become empty; returns the first node that has not, 0 when all have. */
  #clearAbove(parent: number, low: number, high: number): number {
    let node = parent;
    while (node !== 0) {
      const words = this.#segments[node >>> SHIFT]!;
      const at = (node & MASK) * NODE_WORDS;
      const bitmap = words[at + BITMAP]! & ~(1 << digitOf(low, high, words[at + KIND]!));
      words[at + BITMAP] = bitmap;
      if (bitmap !== 0) return node;
      node = words[at + PARENT]!;
    }
    return 0;
  }

  /** The child next above, or next below, a digit; 0: none. */
  #beside(node: number, digit: number, above: boolean): number {
    const words = this.#segments[node >>> SHIFT]!;
    const at = (node & MASK) * NODE_WORDS;
    const bitmap = words[at + BITMAP]!;
    const bits = above ? (digit === 31 ? 0 : bitmap & (-1 << (digit + 1))) : bitmap & ((1 << digit) - 1);
    return bits === 0 ? 0 : words[at + CHILDREN + (above ? lowestBit(bits) : highestBit(bits))]!;
  }

  #word(node: number, word: number): number {
    return this.#segments[node >>> SHIFT]![(node & MASK) * NODE_WORDS + word]!;
  }

  #setWord(node: number, word: number, value: number): void {
    this.#segments[node >>> SHIFT]![(node & MASK) * NODE_WORDS + word] = value;
  }

  #setBit(node: number, digit: number): void {
    this.#setWord(node, BITMAP, this.#word(node, BITMAP) | (1 << digit));
  }

  #allocate(kind: number, low: number, high: number): number {
    let node = this.#free;
    if (node !== 0) this.#free = this.#word(node, PARENT);
    else {
      node = this.#used;
      if (node >>> SHIFT >= this.#segments.length) this.#segments.push(new Int32Array(NODES * NODE_WORDS));
      this.#used += 1;
    }
    // Its bitmap and its children are zero: of a new segment anyway, of a released node because it lost them all.
    this.#setWord(node, KIND, kind);
    this.#setWord(node, KEY_LOW, low);
    this.#setWord(node, KEY_HIGH, high);
    this.#setWord(node, HELD, 0);
    return node;
  }

  #release(node: number): void {
    this.#setWord(node, KIND, 0);
    this.#setWord(node, PARENT, this.#free);
    this.#free = node;
  }
}

function recentOf(side: number, low: number): number {
  return ((low >>> 5) + side * SIDE_APART) & (RECENT - 1);
}

function highOf(price: number): number {
  return price < LOW_RANGE ? 0 : Math.floor(price / LOW_RANGE) | 0;
}

function lowOf(price: number, high: number): number {
  return high === 0 ? price | 0 : (price - high * LOW_RANGE) | 0;
}

function digitOf(low: number, high: number, shift: number): number {
  return (shift < LOW_BITS ? low >>> shift : high >>> (shift - LOW_BITS)) & 31;
}

/** The highest five bits, by the lowest of them, in which a difference has a bit set; 0 in a page itself. */
function highestDifference(low: number, high: number): number {
  return high !== 0 ? LOW_BITS + fiveBits(high) : fiveBits(low | 1);
}

/** The place of the highest bit, down to a multiple of five. */
function fiveBits(bits: number): number {
  const place = highestBit(bits);
  return place - (place % 5);
}

function highestBit(bits: number): number {
  return 31 - Math.clz32(bits);
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
