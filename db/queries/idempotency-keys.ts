/** `state` and what belongs to it; see the function. */
export const CLAIM_KEY = "select * from claim_idempotency_key($1, $2, $3, $4, $5, $6)";

/** The first answer stays. */
export const ANSWER_KEY = `
  update idempotency_keys set response_status = $4, response_body = $5
  where user_id = $1 and route = $2 and key = $3 and response_status is null`;

/** The next call with the key may take it over at once. */
export const RELEASE_KEY = `
  update idempotency_keys set lease_until = clock_timestamp()
  where user_id = $1 and route = $2 and key = $3 and response_status is null`;

/** At most $1 rows, so that it never holds many locks. */
export const PURGE_KEYS = `
  delete from idempotency_keys where ctid = any (array(
    select ctid from idempotency_keys where created_at < now() - interval '24 hours' limit $1))`;

export interface ClaimRow {
  readonly state: "won" | "answered" | "mismatch" | "in-flight" | "resend";
  readonly command_id: string;
  readonly response_status: number | null;
  readonly response_body: string | null;
}
