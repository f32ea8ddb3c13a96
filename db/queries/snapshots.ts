/** Before the first part; `may` is false when the store has seen a newer epoch. */
export const BEGIN_UPLOAD = "select begin_snapshot_upload($1, $2) as may";

/** The bytes are in base64: as a `bytea` postgres.js would send them in hexadecimal, half as much again. */
export const UPLOAD_PART = "select upload_snapshot_part($1, $2, $3, decode($4, 'base64'))";

export const COMMIT_SNAPSHOT =
  "select commit_order_book_snapshot($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) as outcome";

export const DISCARD_UPLOAD = "select discard_snapshot_upload($1, $2)";

/** Where the parts of a body are, and whether they can be whole. */
const BODY_COLUMNS = `
  symbol_group, body_id, body_bytes, body_sha256,
  (select coalesce(sum(octet_length(bytes)), 0) from order_book_snapshot_parts as p
   where p.symbol_group = s.symbol_group and p.body_id = s.body_id) as uploaded_bytes`;

export interface SnapshotBodyRow {
  readonly symbol_group: string;
  readonly body_id: string;
  readonly body_bytes: string;
  readonly body_sha256: Uint8Array;
  /** In its parts; what they should be is `body_bytes`. */
  readonly uploaded_bytes: string;
}

/** Newest first, at most $2. */
export const NEWEST_SNAPSHOTS = `
  select timeline, epoch, sequence, hash, format_version, rules_version, taken_at, ${BODY_COLUMNS}
  from order_book_snapshots as s where symbol_group = $1 order by epoch desc, sequence desc limit $2`;

export const NEWEST_SNAPSHOT_PLACE = `
  select timeline, epoch, sequence from order_book_snapshots where symbol_group = $1
  order by epoch desc, sequence desc limit 1`;

/** The body of one snapshot. */
export const SNAPSHOT_BODY = `
  select ${BODY_COLUMNS} from order_book_snapshots as s where symbol_group = $1 and sequence = $2 and epoch = $3`;

/** The newest snapshot of each group that nobody has read back since it was written. */
export const UNVERIFIED_SNAPSHOTS = `
  select epoch, sequence, ${BODY_COLUMNS} from (
    select distinct on (symbol_group) * from order_book_snapshots order by symbol_group, epoch desc, sequence desc
  ) as s where verified_at is null`;

export interface SnapshotRow extends SnapshotBodyRow {
  readonly timeline: string;
  readonly epoch: string;
  readonly sequence: string;
  readonly hash: Uint8Array;
  readonly format_version: number;
  readonly rules_version: number;
  readonly taken_at: Date;
}

/** A COPY takes no parameters. */
export function copyOfBody(group: string, bodyId: string): string {
  return `copy (
    select bytes from order_book_snapshot_parts
    where symbol_group = ${literal(group)} and body_id = ${literal(bodyId)} order by part
  ) to stdout (format binary)`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
