/**
 * Layout of what is kept of an order, in two parts. Its row (112 bytes, read both as 32-bit words and as
 * doubles) says what it is; a command touches the rows of the orders that it changes. Its links (24 bytes) say
 * where it stands among the others: in the queue of its level, among its user's orders, in the
 * index by id. A command touches its neighbours' links too, so links lie close together: a million of them
 * are in reach of the caches where rows are not. What only some orders have is in a row of its own
 * (order-extras.ts).
 *
 * Both are in segments that are never moved: word `w` of a slot is
 * `segments[slot >>> SEGMENT_SHIFT].words[(slot & SEGMENT_MASK) * ROW_WORDS + w]`.
 */
export const SEGMENT_SHIFT = 12;
export const SEGMENT_ROWS: number = 1 << SEGMENT_SHIFT;
export const SEGMENT_MASK: number = SEGMENT_ROWS - 1;
export const ROW_WORDS = 28;
export const ROW_DOUBLES = 14;
export const LINK_WORDS = 6;

/** Words of a row. */
export const ID = 0;
export const LEVEL = 4;
export const USER = 5;
export const BITS = 6;
/** Row of extras, 0: none. */
export const EXTRAS = 7;
/** Symbol's number in the low half, code above it. */
export const SYMBOL_CODE = 8;

/** Doubles of a row. */
export const REMAINING = 5;
export const PRICE = 6;
export const FILLED = 7;
export const QUANTITY = 8;
/** filledQuote = high × 2^53 + low. */
export const QUOTE_LOW = 9;
export const QUOTE_HIGH = 10;
export const UPDATED_SEQUENCE = 11;
export const UPDATED_TIME = 12;
export const PLACED_SEQUENCE = 13;

/** Words of links. Neighbours in the queue of its level; while free, the next free slot. */
export const NEXT = 0;
export const PREVIOUS = 1;
/** Neighbours among its user's open orders, by when they were placed. */
export const USER_NEXT = 2;
export const USER_PREVIOUS = 3;
/** Next in the chain of the index, and the hash of the id. */
export const HASH_NEXT = 4;
export const HASH = 5;

/** Fields inside BITS. */
export const TYPE_SHIFT = 1;
export const TIME_IN_FORCE_SHIFT = 4;
export const SELF_TRADE_SHIFT = 7;
export const POST_ONLY = 1 << 10;
export const STATUS_SHIFT = 11;
export const STATUS_MASK: number = 7 << STATUS_SHIFT;
export const FIELD_MASK = 7;
export const HAS_CLIENT_ID = 1 << 14;
export const IS_ICEBERG = 1 << 15;
export const IS_TIMED = 1 << 16;
/** A leg of a list whose other leg is still open. */
export const HAS_SIBLING = 1 << 17;
/** Counted against the symbol's limit of open orders. */
export const IS_COUNTED = 1 << 18;
export const PLACE_SHIFT = 19;
export const PLACE_MASK: number = 3 << PLACE_SHIFT;
/** The quantity is asked by quote amount (MARKET). */
export const IS_BY_QUOTE = 1 << 21;
/** A leg of a list, and the stop leg of one: they stay when the sibling has gone. */
export const IS_LEG = 1 << 22;
export const IS_STOP_LEG = 1 << 23;
/** In the index and its user's list: it rests or waits, or did before it was taken out to be swept. */
export const IS_OPEN = 1 << 24;
/** What makes the end of an order more than unlinking it from queue, index and user. */
export const NEEDS_CLEANING: number = HAS_CLIENT_ID | IS_TIMED | IS_COUNTED | IS_LEG;

/** Where an open order stands. */
export const Place = { Nowhere: 0, Book: 1, Waiting: 2, Trailing: 3 } as const;
export type Place = (typeof Place)[keyof typeof Place];

/** 2^53: weight of the high limb. */
export const LIMB = 9_007_199_254_740_992;
