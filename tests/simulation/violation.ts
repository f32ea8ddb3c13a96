/** What was promised and does not hold. `rule` names the promise, the same for every run that breaks it. */
export type Rule =
  | "one writer"
  | "starting fences nobody"
  | "sequences without gaps"
  | "chained hash"
  | "replay gives the same"
  | "exactly once"
  | "nothing lost"
  | "committed before told"
  | "replies say what is recorded"
  | "events in order, none skipped"
  | "snapshots are of the journal"
  | "market data is the book"
  | "records agree with the journal"
  | "refused only after three failures"
  | "progress";

export interface Violation {
  readonly rule: Rule;
  readonly detail: string;
}
