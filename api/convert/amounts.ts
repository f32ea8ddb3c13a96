import { DecimalFailure, parseTickLots, parseUnits } from "../../engine/core/decimal.ts";
import type { SymbolSpec } from "../../engine/core/symbol-spec.ts";
import type { FieldFault } from "../problem.ts";
import type { ProblemCode } from "../problem-table.ts";

/** Decimal strings of a request → ticks, lots, tick-lots. The first fault is kept, the rest skipped. */
export class AmountReader {
  readonly #spec: SymbolSpec;
  fault: FieldFault | null = null;

  constructor(spec: SymbolSpec) {
    this.#spec = spec;
  }

  /** Ticks; 0 where the field is not given or cannot be read. */
  price(text: string | undefined, pointer: string): number {
    return this.#units(text, this.#spec.priceStep, "PRICE_NOT_ON_TICK", pointer);
  }

  /** Lots; 0 where the field is not given or cannot be read. */
  quantity(text: string | undefined, pointer: string): number {
    return this.#units(text, this.#spec.quantityStep, "QUANTITY_NOT_ON_LOT", pointer);
  }

  /** Tick-lots; 0n where the field is not given or cannot be read. */
  quote(text: string | undefined, pointer: string): bigint {
    if (text === undefined || this.fault !== null) return 0n;
    const value = parseTickLots(text, this.#spec.priceStep, this.#spec.quantityStep);
    if (typeof value === "bigint") return value;
    const step = `${this.#spec.priceStep} × ${this.#spec.quantityStep}`;
    this.#fail(value, "QUOTE_QUANTITY_NOT_ON_STEP", step, pointer);
    return 0n;
  }

  #units(text: string | undefined, step: string, offStep: ProblemCode, pointer: string): number {
    if (text === undefined || this.fault !== null) return 0;
    const units = parseUnits(text, step);
    if (units >= 0) return units;
    this.#fail(units as DecimalFailure, offStep, step, pointer);
    return 0;
  }

  #fail(failure: DecimalFailure, offStep: ProblemCode, step: string, pointer: string): void {
    switch (failure) {
      case DecimalFailure.OFF_STEP:
        this.fault = { pointer, code: offStep, detail: `a multiple of ${step}` };
        return;
      case DecimalFailure.OUT_OF_RANGE:
        this.fault = { pointer, code: "AMOUNT_OUT_OF_RANGE", detail: "more than can be held exactly" };
        return;
      case DecimalFailure.MALFORMED:
        this.fault = { pointer, code: "AMOUNT_MALFORMED", detail: "a decimal number" };
        return;
    }
  }
}
