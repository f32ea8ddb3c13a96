/** Bounds of the wire, each with its reason. What passes them is undecodable, not merely refused. */

/** User ids, client order ids, names of assets and pairs: UTF-8 bytes. */
export const MAX_TEXT_BYTES = 128;
/** End of the year 9999: the last time that ISO 8601 with four digits and the records can show. */
export const MAX_TIME_MS = 253_402_300_799_999;
/** Basis points; the core refuses from 10,000 on with a code of its own, this is only its column. */
export const MAX_TRAILING_DELTA = 0xffff;
/** Pairs have numbers from 1 to 65,535; 0 stands for every symbol where that is allowed. */
export const MAX_SYMBOL = 0xffff;
/** Commands in one message: a batch call has 100, an API coalesces at most 200. */
export const MAX_COMMANDS_PER_MESSAGE = 1_000;
/** One command on the wire: a definition of a symbol, with every text at its longest, takes 1 KiB. */
export const MAX_COMMAND_BYTES = 4_096;
/** Bytes kept in the journal of what could not be decoded. */
export const MAX_KEPT_POISON_BYTES = 1_024;
