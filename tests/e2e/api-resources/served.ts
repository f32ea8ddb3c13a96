import { expect } from "vitest";
import { HttpCaller } from "../../support/http-caller.ts";

/** A running engine, as the tests of one resource use it: users of any name, pairs of their own. */
export class Served {
  readonly origin: () => string;
  #pairs = 0;

  /** @param origin asked for when a test runs, not before */
  constructor(origin: () => string) {
    this.origin = origin;
  }

  user(name: string): HttpCaller {
    return new HttpCaller(this.origin(), name);
  }

  /** A fresh pair, tick 0.01 and lot 0.001. */
  async pair(fields: object = {}): Promise<{ readonly symbol: string; readonly path: string }> {
    this.#pairs += 1;
    const symbol = `T${this.#pairs}/USD`;
    const steps = { priceStep: "0.01", quantityStep: "0.001" };
    const made = await this.user("operator").call("POST", "/admin/symbols", { symbol, ...steps, ...fields });
    expect(made.status).toBe(201);
    return { symbol, path: symbol.replace("/", "-") };
  }
}
