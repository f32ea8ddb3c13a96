import type { Outcome } from "../../engine/outcome.ts";

/** Durable in the queue; certainly not there; nobody knows. */
export type Confirmation = "durable" | "not-sent" | "uncertain";

/** What became of a sent command: its outcome, or why none is known. */
export type Settlement =
  | { readonly kind: "outcome"; readonly outcome: Outcome }
  | { readonly kind: "not-sent" }
  | { readonly kind: "uncertain" };
