import postgres, { type ParameterOrJSON, type Row, type Sql } from "postgres";
import { RejectedError, UnavailableError } from "../engine/ports.ts";
import type { DatabaseTls } from "./tls.ts";

export interface EngineConnectionOptions {
  /** Straight to PostgreSQL: session settings and prepared statements do not survive a transaction pool. */
  readonly url: string;
  /** How long a statement may take before the connection counts as lost. Default 10 s. */
  readonly timeoutMs?: number;
  readonly applicationName?: string;
  readonly tls?: DatabaseTls | undefined;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const ATTEMPTS = 3;

/**
 * Faults after which the statement is certainly undone and may well succeed at once: its rows were on
 * their way to a default partition while their own was being attached (check violation), or were
 * moved there under its eyes (data exception, raised where row counts do not agree), or it met with
 * maintenance (deadlock, lock not available).
 */
const UNDONE_BY_CHANCE = new Set(["23514", "22000", "40P01", "55P03"]);

/**
 * One connection of an engine's own. Whatever goes wrong on it is final: nobody knows what became of
 * the statement, so every later call is refused and the engine starts anew. (postgres.js would open
 * another one in silence and go on there.)
 */
export class EngineConnection {
  readonly #sql: Sql;
  readonly #timeoutMs: number;
  #fault: UnavailableError | null = null;

  constructor({ url, timeoutMs = DEFAULT_TIMEOUT_MS, applicationName, tls }: EngineConnectionOptions) {
    this.#timeoutMs = timeoutMs;
    this.#sql = postgres(url, {
      max: 1,
      ...(tls !== undefined && { ssl: tls }),
      max_lifetime: null,
      idle_timeout: 0,
      connect_timeout: Math.max(1, Math.ceil(timeoutMs / 1_000)),
      fetch_types: false,
      onnotice: () => undefined,
      connection: {
        application_name: applicationName ?? "trade-engine engine",
        // A plan made while a new partition is empty would be a sequential scan, and every month brings
        // one back: one generic plan, index scans and nested loops only.
        plan_cache_mode: "force_generic_plan",
        // Words, since postgres.js leaves out what is false.
        enable_seqscan: "off",
        enable_bitmapscan: "off",
        enable_hashjoin: "off",
        enable_mergejoin: "off",
        jit: "off",
        statement_timeout: timeoutMs,
      },
    });
  }

  /**
   * Runs one statement, prepared once. Rejects with UnavailableError, after which nothing is known of
   * what the statement did; or with RejectedError where the database refuses the values for good, after
   * which the connection goes on.
   */
  async run<T extends Row>(statement: string, parameters: ParameterOrJSON<never>[] = []): Promise<T[]> {
    for (let attempt = 1; ; attempt++) {
      if (this.#fault !== null) throw this.#fault;
      try {
        return await this.#attempt<T>(statement, parameters);
      } catch (cause) {
        if (attempt < ATTEMPTS && isUndoneByChance(cause)) continue;
        if (isRefusalOfValues(cause)) throw new RejectedError("the database refuses the values", { cause });
        throw this.#fail(cause);
      }
    }
  }

  async #attempt<T extends Row>(statement: string, parameters: ParameterOrJSON<never>[]): Promise<T[]> {
    const query = this.#sql.unsafe<T[]>(statement, parameters, { prepare: true });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("the statement took too long")), this.#timeoutMs + 1_000);
    });
    try {
      return [...(await Promise.race([query, timeout]))];
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    this.#fault ??= new UnavailableError("database", "the connection is closed");
    await this.#sql.end({ timeout: 1 });
  }

  #fail(cause: unknown): UnavailableError {
    if (this.#fault === null) {
      this.#fault = new UnavailableError("database", "the engine's database connection failed", { cause });
      void this.#sql.end({ timeout: 0 }).catch(() => undefined);
    }
    return this.#fault;
  }
}

/** Data exceptions (class 22) and broken constraints (class 23): undone, and the same the next time. */
function isRefusalOfValues(cause: unknown): boolean {
  const { severity, code } = cause as { severity?: string; code?: string };
  return severity === "ERROR" && code !== undefined && /^2[23]/.test(code);
}

function isUndoneByChance(cause: unknown): boolean {
  const { severity, code } = cause as { severity?: string; code?: string };
  return severity === "ERROR" && code !== undefined && UNDONE_BY_CHANCE.has(code);
}
