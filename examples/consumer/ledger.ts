import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { eventSchema } from "../../api/schemas/events.ts";
import { type Dropped, type GroupPlace, Places } from "./place.ts";

/** Decimals kept: more than any pair's price and quantity steps together have. */
const DECIMALS = 24;

/** What became of one message. */
export type Worked = "done" | Dropped | "of no use";

/**
 * Who has gained or paid how much of what, out of settlement events: the smallest thing that must count each
 * of them exactly once. Balances and places are one file, replaced as a whole: after a crash it has both or
 * neither. In a real system they are two tables and one transaction.
 */
export class Ledger {
  readonly #file: string;
  readonly #places: Places;
  /** `alice BTC` → units of 10^−24. */
  readonly #balances: Map<string, bigint>;

  constructor(file: string) {
    this.#file = file;
    const { places, balances } = read(file);
    this.#places = new Places(places);
    this.#balances = new Map(Object.entries(balances).map(([key, text]) => [key, BigInt(text)]));
  }

  /** @param body a message of the `settlements` queue; throws a ZodError where it is none of the product's */
  take(body: unknown): Worked {
    const event = eventSchema.parse(body);
    const dropped = this.#places.advance(event);
    if (dropped !== null) return dropped;
    if (event.type !== "SETTLEMENT") return "of no use";
    for (const entry of event.entries) {
      if (entry.kind !== "TRANSFER") continue;
      const base = unitsOf(entry.baseAmount);
      const quote = unitsOf(entry.quoteAmount);
      this.#add(entry.buyerUserId, entry.base, base);
      this.#add(entry.sellerUserId, entry.base, -base);
      this.#add(entry.sellerUserId, entry.quote, quote);
      this.#add(entry.buyerUserId, entry.quote, -quote);
    }
    this.#keep();
    return "done";
  }

  /** Net change of a user's asset, as a decimal. */
  balance(userId: string, asset: string): string {
    return decimalOf(this.#balances.get(`${userId} ${asset}`) ?? 0n);
  }

  #add(userId: string, asset: string, units: bigint): void {
    const key = `${userId} ${asset}`;
    this.#balances.set(key, (this.#balances.get(key) ?? 0n) + units);
  }

  #keep(): void {
    const balances = Object.fromEntries([...this.#balances].map(([key, units]) => [key, String(units)]));
    writeFileSync(`${this.#file}.new`, JSON.stringify({ places: this.#places, balances }));
    renameSync(`${this.#file}.new`, this.#file);
  }
}

interface Kept {
  readonly places: Record<string, GroupPlace>;
  readonly balances: Record<string, string>;
}

function read(file: string): Kept {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Kept;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return { places: {}, balances: {} };
    }
    throw error;
  }
}

function unitsOf(amount: string): bigint {
  const [whole = "", part = ""] = amount.split(".");
  return BigInt(whole + part.padEnd(DECIMALS, "0"));
}

function decimalOf(units: bigint): string {
  const digits = String(units < 0n ? -units : units).padStart(DECIMALS + 1, "0");
  const part = digits.slice(-DECIMALS).replace(/0+$/, "");
  return `${units < 0n ? "-" : ""}${digits.slice(0, -DECIMALS)}${part === "" ? "" : `.${part}`}`;
}
