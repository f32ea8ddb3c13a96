/** Where the journal ends. */
export interface JournalEnd {
  readonly group: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly hash: Uint8Array;
  readonly rulesVersion: number;
}
