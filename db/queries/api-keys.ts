const COLUMNS = `
  key_id, user_id, name, kind, material, array_to_json(scopes)::text as scopes, array_to_json(addresses)::text as addresses,
  created_at, expires_at, revoked_at`;

export const KEYS_BY_ID = `select ${COLUMNS} from api_keys where key_id = any ($1::uuid[])`;

/** The newest of a user's that are not revoked. */
export const KEYS_OF_USER = `
  select ${COLUMNS} from api_keys where user_id = $1 and revoked_at is null order by key_id desc limit $2`;

/** Unless the user has $10 that are neither revoked nor over. */
export const ADD_KEY = `
  insert into api_keys (key_id, user_id, name, kind, material, scopes, addresses, created_at, expires_at)
  select $1::uuid, $2, $3, $4, $5, $6::text[], $7::text[], moment_of($8), moment_of($9)
  where (
    select count(*) from api_keys
    where user_id = $2 and revoked_at is null and (expires_at is null or expires_at > now())) < $10
  on conflict do nothing
  returning key_id`;

/** For ever: the first time stays. */
export const REVOKE_KEY =
  "update api_keys set revoked_at = coalesce(revoked_at, clock_timestamp()) where key_id = $1";

export interface ApiKeyRow {
  readonly key_id: string;
  readonly user_id: string;
  readonly name: string;
  readonly kind: "ED25519" | "HMAC_SHA256";
  readonly material: Uint8Array;
  /** JSON. */
  readonly scopes: string;
  readonly addresses: string;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
}
