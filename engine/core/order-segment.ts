import * as Row from "./order-row.ts";

/** Some thousands of orders' rows and links: memory that is never moved, so that growth waits for nothing. */
export class OrderSegment {
  /** The rows, as 32-bit words and as doubles. */
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  readonly links: Int32Array;

  constructor() {
    const rows = new ArrayBuffer(Row.SEGMENT_ROWS * Row.ROW_WORDS * 4);
    this.words = new Int32Array(rows);
    this.doubles = new Float64Array(rows);
    this.links = new Int32Array(Row.SEGMENT_ROWS * Row.LINK_WORDS);
  }
}
