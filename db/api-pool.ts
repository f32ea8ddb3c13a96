import postgres, { type ParameterOrJSON, type Row, type Sql } from "postgres";
import { UnavailableError } from "../engine/ports.ts";
import type { DatabaseTls } from "./tls.ts";

export interface ApiPoolOptions {
  readonly url: string;
  /** Default 10. */
  readonly maxConnections?: number;
  /** False through a transaction pool (PgBouncer below 1.21), which knows no prepared statements. Default true. */
  readonly prepare?: boolean;
  /** How long a statement may take, waiting for a connection included. Default 5 s. */
  readonly timeoutMs?: number;
  readonly applicationName?: string;
  readonly tls?: DatabaseTls | undefined;
}

const DEFAULT_TIMEOUT_MS = 5_000;
/** What the server needs to say by itself that a statement took too long, before its client gives up. */
const GRACE_MS = 1_000;
/**
 * How long statements on connections that still work may go on after their pool was given up; until then
 * no other pool is given up, so that there are never more than two.
 */
const LINGER_S = 5;

/**
 * The API's connections. A backend that dies under a query can leave postgres.js's pool stuck, so after
 * any fault of a connection the whole pool is replaced.
 */
export class ApiPool {
  readonly #options: ApiPoolOptions;
  readonly #timeoutMs: number;
  #sql: Sql;
  #closed = false;
  #lingering = false;

  constructor(options: ApiPoolOptions) {
    this.#options = options;
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.#sql = this.#open();
  }

  /** A statement that may run twice. Rejects with UnavailableError. */
  async read<T extends Row>(statement: string, parameters: ParameterOrJSON<never>[] = []): Promise<T[]> {
    const sql = this.#sql;
    try {
      return await this.#run<T>(sql, statement, parameters);
    } catch (cause) {
      // A connection that the server or a proxy had dropped is found out by using it.
      if (this.#closed || sql === this.#sql) throw unavailable(cause);
    }
    return this.write<T>(statement, parameters);
  }

  /** A statement that must not run twice. Rejects with UnavailableError: it may have taken effect. */
  async write<T extends Row>(statement: string, parameters: ParameterOrJSON<never>[] = []): Promise<T[]> {
    try {
      return await this.#run<T>(this.#sql, statement, parameters);
    } catch (cause) {
      throw unavailable(cause);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#sql.end({ timeout: LINGER_S });
  }

  async #run<T extends Row>(sql: Sql, statement: string, parameters: ParameterOrJSON<never>[]): Promise<T[]> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error("the database did not answer in time")),
        this.#timeoutMs + GRACE_MS,
      );
    });
    try {
      const query = sql.unsafe<T[]>(statement, parameters, { prepare: this.#options.prepare ?? true });
      return [...(await Promise.race([query, timeout]))];
    } catch (cause) {
      if (!isRefusedStatement(cause)) this.#replace(sql);
      throw cause;
    } finally {
      clearTimeout(timer);
    }
  }

  #replace(broken: Sql): void {
    if (this.#closed || this.#lingering || broken !== this.#sql) return;
    this.#sql = this.#open();
    this.#lingering = true;
    void broken
      .end({ timeout: LINGER_S })
      .catch(() => undefined)
      .then(() => {
        this.#lingering = false;
      });
  }

  #open(): Sql {
    const {
      url,
      maxConnections = 10,
      prepare = true,
      applicationName = "trade-engine api",
      tls,
    } = this.#options;
    return postgres(url, {
      max: maxConnections,
      prepare,
      ...(tls !== undefined && { ssl: tls }),
      idle_timeout: 300,
      connect_timeout: Math.max(1, Math.ceil(this.#timeoutMs / 1_000)),
      fetch_types: false,
      onnotice: () => undefined,
      connection: {
        application_name: applicationName,
        // A transaction pool refuses settings that it does not know.
        // A plan for any value would visit every partition there is; one for the values at hand visits theirs.
        ...(prepare ? { statement_timeout: this.#timeoutMs, plan_cache_mode: "force_custom_plan" } : {}),
      },
    });
  }
}

/** The server answered that this statement failed: its connection is as good as before. */
function isRefusedStatement(cause: unknown): boolean {
  return (cause as { severity?: string }).severity === "ERROR";
}

function unavailable(cause: unknown): UnavailableError {
  return new UnavailableError("database", "the records cannot be reached", { cause });
}
