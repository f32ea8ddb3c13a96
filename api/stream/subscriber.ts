/** Whoever messages go to: a connection. */
export interface Subscriber {
  /** Hands one text on; never waits, never throws. */
  send(text: string): void;
  /** Too much that was sent before is not taken yet: what can be told anew later is left out. */
  readonly isBehind: boolean;
}
