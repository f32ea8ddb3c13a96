/** Where progress is told: a terminal gets one line that is written over, a log a line now and then. */
export interface ProgressOutput {
  readonly isTTY: boolean;
  write(text: string): void;
}

const TERMINAL_EVERY_MS = 200;
const LOG_EVERY_MS = 5_000;
/** The rate is of the last while, so that a pause shows. */
const RATE_OVER_MS = 5_000;

/** Rate and time left of a replay, told as it goes. */
export class Progress {
  readonly #output: ProgressOutput;
  readonly #nowMs: () => number;
  readonly #startedMs: number;
  #toldMs: number;
  #lineShown = false;
  readonly #unit: string;
  readonly #recent: { readonly atMs: number; readonly done: number }[] = [];

  /** @param unit what is counted */
  constructor(
    output: ProgressOutput,
    nowMs: () => number = () => performance.now(),
    unit: string = "commands",
  ) {
    this.#unit = unit;
    this.#output = output;
    this.#nowMs = nowMs;
    this.#startedMs = nowMs();
    this.#toldMs = this.#startedMs;
    this.#recent.push({ atMs: this.#startedMs, done: 0 });
  }

  /**
   * @param done so many so far
   * @param fraction of the work, 0…1; null: not known
   */
  at(done: number, fraction: number | null): void {
    const now = this.#nowMs();
    const everyMs = this.#output.isTTY ? TERMINAL_EVERY_MS : LOG_EVERY_MS;
    if (now - this.#toldMs < everyMs) return;
    this.#toldMs = now;
    this.#recent.push({ atMs: now, done });
    while (this.#recent.length > 2 && now - (this.#recent[0]?.atMs ?? now) > RATE_OVER_MS)
      this.#recent.shift();
    this.#show(progressLine(done, this.#ratePerSecond(), fraction, now - this.#startedMs, this.#unit));
  }

  /** A line of its own, below or in place of the progress. */
  note(text: string): void {
    this.end();
    this.#output.write(`${text}\n`);
  }

  /** Clears the line that is written over. */
  end(): void {
    if (this.#lineShown) this.#output.write("\r\u001b[K");
    this.#lineShown = false;
  }

  #show(line: string): void {
    if (this.#output.isTTY) this.#output.write(`\r${line}\u001b[K`);
    else this.#output.write(`${line}\n`);
    this.#lineShown = this.#output.isTTY;
  }

  #ratePerSecond(): number {
    const first = this.#recent[0];
    const last = this.#recent.at(-1);
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0;
    return ((last.done - first.done) / (last.atMs - first.atMs)) * 1000;
  }
}

/** `42,000 commands, 47%, 4,200/s, 11 s left` */
export function progressLine(
  done: number,
  ratePerSecond: number,
  fraction: number | null,
  elapsedMs: number,
  unit: string = "commands",
): string {
  const parts = [`${grouped(done)} ${unit}`];
  if (fraction !== null) parts.push(`${Math.floor(fraction * 100)}%`);
  parts.push(`${grouped(Math.round(ratePerSecond))}/s`);
  if (fraction !== null && fraction > 0) {
    parts.push(`${shownDuration((elapsedMs / fraction) * (1 - fraction))} left`);
  }
  return parts.join(", ");
}

/** `9 s`, `2 min 5 s`, `1 h 4 min`. */
export function shownDuration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** Thousands apart, the same in every locale: `88,971`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
