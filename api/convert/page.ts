import { Buffer } from "node:buffer";
import { isUuid } from "../../engine/ids.ts";
import type { HistoryWindow, PageKey } from "../ports.ts";
import { ProblemError } from "../problem.ts";

const WEEK_MS = 7 * 24 * 3_600_000;
/** Ids may be stamped by another process's clock, a little ahead of this one's. */
const CLOCK_MARGIN_MS = 10_000;

export interface WindowQuery {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/**
 * A query's window of time; seven days up to now where it says nothing.
 * @param standardFromMs in place of seven days before the end
 * Throws a ProblemError (MALFORMED_CURSOR, VALIDATION_FAILED).
 */
export function windowOf(
  query: WindowQuery,
  nowMs: number,
  standardFromMs: number | null = null,
): HistoryWindow {
  const toMs = query.to ?? nowMs + CLOCK_MARGIN_MS;
  const fromMs = query.from ?? standardFromMs ?? Math.max(0, toMs - WEEK_MS);
  if (fromMs >= toMs) {
    const fault = { parameter: "from", code: "VALIDATION_FAILED", detail: "before `to`" } as const;
    throw new ProblemError("VALIDATION_FAILED", { errors: [fault] });
  }
  const before = query.cursor === undefined ? null : parseCursor(query.cursor);
  return { fromMs, toMs, before, limit: query.limit };
}

/** The cursor of the next page, or null when this one is not full. */
export function pageOf<T>(rows: readonly T[], limit: number, keyOf: (last: T) => PageKey): string | null {
  const last = rows.length < limit ? undefined : rows.at(-1);
  return last === undefined ? null : formatCursor(keyOf(last));
}

function formatCursor(key: PageKey): string {
  return Buffer.from(`${key.timeMs}.${key.id}`).toString("base64url");
}

function parseCursor(cursor: string): PageKey {
  const [time = "", id = "", ...rest] = Buffer.from(cursor, "base64url").toString().split(".");
  if (!/^[0-9]{1,15}$/.test(time) || !isUuid(id) || rest.length > 0)
    throw new ProblemError("MALFORMED_CURSOR");
  return { timeMs: Number(time), id };
}
