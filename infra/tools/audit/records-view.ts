import postgres, { type ParameterOrJSON, type Row, type TransactionSql } from "postgres";
import { SNAPSHOT_BODY, type SnapshotBodyRow } from "../../../db/queries/snapshots.ts";
import { readSnapshotBody } from "../../../db/snapshot-body.ts";

/** The database cannot be reached, or is not this program's. */
export class UnreadableRecordsError extends Error {
  override readonly name = "UnreadableRecordsError";
}

/**
 * The whole database as it was at one moment, on one connection: a repeatable-read transaction that
 * writes nothing, so that a system may go on trading beside it. (It holds vacuum back meanwhile.)
 */
export class RecordsView {
  readonly #sql: TransactionSql;
  #cursors = 0;

  private constructor(sql: TransactionSql) {
    this.#sql = sql;
  }

  /** Opens a view, has it read, closes it. Rejects with an UnreadableRecordsError when that fails. */
  static async read<T>(url: string, work: (view: RecordsView) => Promise<T>): Promise<T> {
    const sql = postgres(url, {
      max: 1,
      max_lifetime: null,
      idle_timeout: 0,
      connect_timeout: 10,
      fetch_types: false,
      onnotice: () => undefined,
      connection: { application_name: "trade-engine audit", jit: "off" },
    });
    try {
      return (await sql.begin("isolation level repeatable read read only", (transaction) =>
        work(new RecordsView(transaction)),
      )) as T;
    } catch (cause) {
      throw asUnreadable(cause);
    } finally {
      await sql.end({ timeout: 1 });
    }
  }

  /** Runs one statement whose result is small. */
  async rows<T extends Row>(statement: string, parameters: ParameterOrJSON<never>[] = []): Promise<T[]> {
    return [...(await this.#sql.unsafe<T[]>(statement, parameters))];
  }

  /** The body of a snapshot that is there; null where it is not whole. */
  async snapshotBody(group: string, sequence: string, epoch: string): Promise<Uint8Array | null> {
    const [row] = await this.rows<SnapshotBodyRow & Row>(SNAPSHOT_BODY, [group, sequence, epoch]);
    return row === undefined ? null : readSnapshotBody(this.#sql, row);
  }

  /** Rows of a statement with a large result, a few at a time. Several may be read beside each other. */
  async *stream<T extends Row>(
    statement: string,
    parameters: ParameterOrJSON<never>[],
    rowsPerRead: number,
  ): AsyncGenerator<T, void, undefined> {
    this.#cursors += 1;
    const name = `audit_${this.#cursors}`;
    await this.#sql.unsafe(`declare ${name} no scroll cursor for ${statement}`, parameters);
    for (;;) {
      const rows = await this.#sql.unsafe<T[]>(`fetch ${rowsPerRead} from ${name}`);
      yield* rows;
      if (rows.length < rowsPerRead) break;
    }
    await this.#sql.unsafe(`close ${name}`);
  }
}

/** A driver's fault by its code alone: its message may hold what nobody should read. Others stay as they are. */
function asUnreadable(cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause;
  const { code } = cause as { code?: unknown };
  if (typeof code !== "string") return cause;
  return new UnreadableRecordsError(`the database cannot be read (${code})`, { cause });
}
