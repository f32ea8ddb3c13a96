import type { SymbolSpec } from "../engine/core/symbol-spec.ts";
import type { ApiPool } from "./api-pool.ts";
import { ALL_SYMBOLS, type SymbolRow } from "./queries/symbols.ts";
import { toSymbolSpec } from "./symbol-rows.ts";

/** A pair, and the group whose queue its commands go to. */
export interface StoredSymbol {
  readonly spec: SymbolSpec;
  readonly group: string;
}

/**
 * Every pair by name and by number, for turning rows into ticks and lots. Only what never changes is
 * used of what is remembered (name, number, steps); an unknown one is looked for once more.
 */
export class SymbolDirectory {
  readonly #pool: ApiPool;
  #byName = new Map<string, SymbolSpec>();
  #byNumber = new Map<number, SymbolSpec>();

  constructor(pool: ApiPool) {
    this.#pool = pool;
  }

  /** Reads all of them anew. */
  async list(): Promise<StoredSymbol[]> {
    const rows = await this.#pool.read<SymbolRow>(ALL_SYMBOLS);
    const listed = rows.map((row) => ({ spec: toSymbolSpec(row), group: row.symbol_group }));
    this.#byName = new Map(listed.map(({ spec }) => [spec.name, spec]));
    this.#byNumber = new Map(listed.map(({ spec }) => [spec.symbol, spec]));
    return listed;
  }

  /** Null when there is none of that number. */
  async ofNumber(symbol: number): Promise<SymbolSpec | null> {
    if (!this.#byNumber.has(symbol)) await this.list();
    return this.#byNumber.get(symbol) ?? null;
  }

  /** Makes sure that every one of these names of stored rows is known. */
  async load(rows: readonly { readonly symbol: string }[]): Promise<void> {
    if (rows.some(({ symbol }) => !this.#byName.has(symbol))) await this.list();
  }

  /** Of a row that was loaded. */
  of({ symbol }: { readonly symbol: string }): SymbolSpec {
    const spec = this.#byName.get(symbol);
    if (spec === undefined) throw new RangeError("a stored row names a pair that there is not");
    return spec;
  }
}
