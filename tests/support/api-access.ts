import { MemoryNonces } from "../../api/auth/nonces.ts";
import type { AccessParts } from "../../api/compose.ts";
import { LocalRates } from "../../api/limits/local-rates.ts";
import { PostgresAdminAudit } from "../../db/admin-audit.ts";
import { PostgresApiKeyStore } from "../../db/api-key-store.ts";
import type { ApiPool } from "../../db/api-pool.ts";

/** Keys and audit on a test's database; nonces and rates in memory. */
export function accessOn(pool: ApiPool, windowMs: number): AccessParts {
  return {
    apiKeys: new PostgresApiKeyStore(pool),
    nonces: new MemoryNonces(windowMs, true),
    rates: new LocalRates(),
    adminAudit: new PostgresAdminAudit(pool),
  };
}
