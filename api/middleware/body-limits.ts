/** How a body is read: no further, and no longer. */
export interface BodyLimits {
  readonly maxBytes: number;
  /** How long a body may take to arrive, milliseconds. */
  readonly timeoutMs: number;
}
