import { ALL_SYMBOLS, type SymbolRow } from "../../../db/queries/symbols.ts";
import { toSymbolSpec } from "../../../db/symbol-rows.ts";
import { Findings, type FindingsOfKind } from "./findings.ts";
import { auditGroup, type GroupSummary } from "./group-audit.ts";
import { RecordsView } from "./records-view.ts";
import { checkTables } from "./self-checks.ts";
import { GROUPS, type GroupRow } from "./statements.ts";

export interface AuditOptions {
  readonly url: string;
  /** The one symbol to look at, as it is written in the records; null: everything. */
  readonly symbol: string | null;
  /** Told how many commands of how many are done. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface AuditReport {
  readonly groups: readonly GroupSummary[];
  readonly findings: readonly FindingsOfKind[];
  /** All findings, told or not. */
  readonly total: number;
}

/** The symbol asked for is not in the records. */
export class UnknownSymbolError extends Error {
  override readonly name = "UnknownSymbolError";
}

/**
 * Checks the records against every guarantee that shows at rest, as they were at one moment; trading may
 * go on meanwhile. Rejects with an UnknownSymbolError or an UnreadableRecordsError.
 */
export function auditRecords({
  url,
  symbol,
  onProgress = () => undefined,
}: AuditOptions): Promise<AuditReport> {
  return RecordsView.read(url, async (view) => {
    const findings = new Findings();
    const groups = await view.rows<GroupRow>(GROUPS);
    const symbols = await view.rows<SymbolRow>(ALL_SYMBOLS);
    const only = symbol === null ? null : symbols.find((row) => row.symbol === symbol);
    if (only === undefined) throw new UnknownSymbolError(`there is no symbol ${symbol}`);
    const looked = groups.filter((group) => only === null || group.symbol_group === only.symbol_group);
    const total = looked.reduce((sum, group) => sum + Number(group.last_sequence), 0);
    const pairs = new Map(symbols.map((row) => [row.symbol, toSymbolSpec(row)]));
    const summaries: GroupSummary[] = [];
    let before = 0;
    for (const group of looked) {
      const summary = await auditGroup({
        view,
        group,
        symbols: symbols.filter((row) => row.symbol_group === group.symbol_group),
        only,
        pairs,
        findings,
        onProgress: (sequence) => onProgress(before + sequence, total),
      });
      summaries.push(summary);
      before += Number(group.last_sequence);
    }
    const isWhole = summaries.every(
      ({ firstSequence, lastSequence }) => (firstSequence ?? lastSequence + 1) === 1,
    );
    await checkTables(view, symbol, isWhole ? 0 : await oldestKept(view), findings);
    return { groups: summaries, findings: findings.list(), total: findings.total };
  });
}

/** The time from which on neither orders nor trades were dropped, milliseconds. */
async function oldestKept(view: RecordsView): Promise<number> {
  const [row] = await view.rows<{ since_ms: string }>(`
    select floor(extract(epoch from greatest(
      coalesce((select min(executed_at) from trades), 'epoch'),
      coalesce((select min(created_at) from orders), 'epoch'))) * 1000)::bigint as since_ms`);
  return Number(row?.since_ms ?? 0);
}
