/** What kind of guarantee does not hold. */
export const FINDING_KINDS = {
  journal: "journal",
  group: "group's row",
  replay: "replay",
  commands: "commands",
  symbols: "symbols",
  "open-orders": "open orders",
  "watch-list": "watch list",
  orders: "orders",
  trades: "trades",
  conservation: "conservation",
  snapshots: "snapshots",
  answers: "kept answers",
} as const;

export type FindingKind = keyof typeof FINDING_KINDS;

/** How many of one kind are told in full. */
const EXAMPLES = 20;

export interface FindingsOfKind {
  readonly kind: FindingKind;
  readonly count: number;
  /** The first of them, in plain words. */
  readonly examples: readonly string[];
}

/** What an audit found wrong: all of it counted, the first of each kind kept. */
export class Findings {
  readonly #byKind = new Map<FindingKind, { count: number; examples: string[] }>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  add(kind: FindingKind, words: string): void {
    const known = this.#byKind.get(kind) ?? { count: 0, examples: [] };
    this.#byKind.set(kind, known);
    this.#total += 1;
    known.count += 1;
    if (known.examples.length < EXAMPLES) known.examples.push(words);
  }

  /** Counts more of a kind without their words. */
  addUntold(kind: FindingKind, count: number): void {
    const known = this.#byKind.get(kind) ?? { count: 0, examples: [] };
    this.#byKind.set(kind, known);
    this.#total += count;
    known.count += count;
  }

  list(): FindingsOfKind[] {
    return [...this.#byKind].map(([kind, { count, examples }]) => ({ kind, count, examples }));
  }
}
