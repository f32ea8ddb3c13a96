import type { Clock, CommittedStream, JournalBatch, OrderRecord } from "../../../engine/ports.ts";
import type { ApiLogger } from "../../ports.ts";
import type { StreamPosition } from "../../schemas/stream-requests.ts";
import type { SymbolDirectory } from "../../symbols.ts";

/** What is told to users of their own orders is made of this. Faults of the records are UnavailableErrors. */
export interface OwnOrdersSources {
  readonly committed: CommittedStream;
  readonly reads: {
    openOrders(
      userId: string,
    ): Promise<{ positions: readonly StreamPosition[]; orders: readonly OrderRecord[] }>;
    positions(): Promise<readonly StreamPosition[]>;
    /** The row that holds a sequence, or null. */
    journalAt(group: string, sequence: number): Promise<JournalBatch | null>;
    journal(group: string, after: number, sinceMs: number, limit: number): Promise<readonly JournalBatch[]>;
  };
  readonly symbols: SymbolDirectory;
  readonly clock: Clock;
  readonly logger: ApiLogger;
}
