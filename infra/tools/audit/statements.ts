/*
 * What an audit reads. `$1` is the group or the names of its pairs; sequences are the group's own. Sorting
 * is PostgreSQL's part (on its disk where it must), so that here a few rows at a time are enough.
 */

export const GROUPS = `
  select symbol_group, group_number, epoch, last_sequence, hash, timeline, published_sequence
  from engine_groups order by symbol_group`;

export interface GroupRow {
  readonly symbol_group: string;
  readonly group_number: number;
  readonly epoch: string;
  readonly last_sequence: string;
  readonly hash: Uint8Array;
  readonly timeline: string;
  readonly published_sequence: string;
}

export const GROUPS_OF_JOURNAL_ONLY = `
  select distinct symbol_group from journal as j
  where not exists (select from engine_groups as g where g.symbol_group = j.symbol_group)`;

export const JOURNAL_OF_GROUP = `
  select epoch, first_sequence, last_sequence, batch_time, rules_version, payload, hash from journal
  where symbol_group = $1 order by first_sequence, batch_time`;

export const JOURNAL_BEGIN =
  "select min(first_sequence) as first_sequence from journal where symbol_group = $1";

export const SNAPSHOT_HEADS = `
  select epoch, sequence, timeline, hash, format_version, rules_version
  from order_book_snapshots where symbol_group = $1 order by sequence, epoch`;

export interface SnapshotHead {
  readonly epoch: string;
  readonly sequence: string;
  readonly timeline: string;
  readonly hash: Uint8Array;
  readonly format_version: number;
  readonly rules_version: number;
}

const ORDER_COLUMNS = `
  order_id, created_at, updated_at, sequence, user_id, client_order_id, list_id, symbol, side, type, time_in_force,
  self_trade_prevention, status, post_only, reason_code, trailing_delta, price, quantity, filled_quantity,
  filled_quote, prevented_quantity, quote_quantity, display_quantity, stop_price, trailing_amount, activation_price,
  triggered_at, expire_at`;

export const ORDERS_BY_SEQUENCE = `
  select ${ORDER_COLUMNS} from orders where symbol = any (string_to_array($1, ',')) and sequence > $2 order by sequence, order_id`;

export const OPEN_ORDERS = `select ${ORDER_COLUMNS} from open_orders where symbol = any (string_to_array($1, ','))`;

export const TRADES_BY_SEQUENCE = `
  select trade_id, executed_at, sequence, symbol, buy_order_id, sell_order_id, buyer_user_id, seller_user_id,
         taker_side, price, quantity
  from trades where symbol = any (string_to_array($1, ',')) and sequence > $2 order by sequence, trade_id`;
