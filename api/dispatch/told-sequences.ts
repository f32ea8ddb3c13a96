/**
 * The newest sequence that this process has told a client of, for each symbol whose book it
 * changed: a depth read by the same client must not be older. Lost with the process, which costs
 * nothing but that courtesy.
 */
export class ToldSequences {
  readonly #bySymbol = new Map<number, number>();

  tell(symbol: number, sequence: number): void {
    if (sequence > this.last(symbol)) this.#bySymbol.set(symbol, sequence);
  }

  /** Takes back what a book was waited for in vain, unless more has been told since. */
  forget(symbol: number, sequence: number): void {
    if (this.#bySymbol.get(symbol) === sequence) this.#bySymbol.delete(symbol);
  }

  /** 0: nothing told. */
  last(symbol: number): number {
    return this.#bySymbol.get(symbol) ?? 0;
  }
}
