import type { ApiPool } from "./api-pool.ts";
import { APPEND_ADMIN_AUDIT } from "./queries/admin-audit.ts";

/** One row about a call of an operator. */
export interface AdminAuditEntry {
  readonly requestId: string;
  readonly userId: string;
  readonly keyId: string | null;
  readonly address: string;
  readonly method: string;
  readonly target: string;
  /** As it came; null where there is none. */
  readonly body: string | null;
  /** What was answered; null before it is carried out. */
  readonly status: number | null;
}

/** The operators' calls, in PostgreSQL. Rejects with UnavailableError. */
export class PostgresAdminAudit {
  readonly #pool: ApiPool;

  constructor(pool: ApiPool) {
    this.#pool = pool;
  }

  async append(entry: AdminAuditEntry): Promise<void> {
    const { requestId, userId, keyId, address, method, target, body, status } = entry;
    const phase = status === null ? "ASKED" : "ANSWERED";
    const parameters = [phase, requestId, userId, keyId, address, method, target, body, status];
    await this.#pool.write(APPEND_ADMIN_AUDIT, parameters);
  }
}
