/** What is known of a nonce after it was shown. */
export type NonceState =
  /** It was not shown before. */
  | "fresh"
  /** It was. */
  | "used"
  /** It cannot be told: where nonces are kept is away, or was emptied less than a window ago. */
  | "unknown";

/** Nonces that were shown, kept for as long as a request signed with them counts. Never rejects. */
export interface NonceStore {
  /** Notes the nonce of a key, and says what it was before. */
  claim(keyId: string, nonce: string): Promise<NonceState>;
}

/**
 * How long a request counts after it was first taken: as long as its timestamp may be old, and as far as
 * it may lie in the future; and how far the clocks of two processes may differ (readiness sees to that).
 */
export function replayableMs(windowMs: number): number {
  return windowMs + FUTURE_MS + 2 * CLOCKS_DIFFER_MS;
}

/** A timestamp may be this far ahead: clocks differ. */
export const FUTURE_MS = 1_000;
const CLOCKS_DIFFER_MS = 1_000;

/** Nonces in a process's own memory: all there is in a system of one process. */
export class MemoryNonces implements NonceStore {
  readonly #keptMs: number;
  readonly #monotonicMs: () => number;
  readonly #openFromMs: number;
  /** Two generations, the older of which is forgotten whole: every nonce is kept between one and two times as long as it must. */
  #young = new Set<string>();
  #old = new Set<string>();
  #bornAtMs: number;

  /** @param knownFromStart false where the process before it may have taken requests: unknown for one window */
  constructor(windowMs: number, knownFromStart = false, monotonicMs: () => number = () => performance.now()) {
    this.#keptMs = replayableMs(windowMs);
    this.#monotonicMs = monotonicMs;
    this.#bornAtMs = monotonicMs();
    this.#openFromMs = knownFromStart ? this.#bornAtMs : this.#bornAtMs + this.#keptMs;
  }

  claim(keyId: string, nonce: string): Promise<NonceState> {
    const nowMs = this.#monotonicMs();
    if (nowMs - this.#bornAtMs >= this.#keptMs) {
      this.#old = nowMs - this.#bornAtMs >= 2 * this.#keptMs ? new Set() : this.#young;
      this.#young = new Set();
      this.#bornAtMs = nowMs;
    }
    const entry = `${keyId} ${nonce}`;
    if (this.#young.has(entry) || this.#old.has(entry)) return Promise.resolve("used");
    this.#young.add(entry);
    return Promise.resolve(nowMs < this.#openFromMs ? "unknown" : "fresh");
  }
}
