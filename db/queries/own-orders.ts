/**
 * A user's ($1) open orders and how far each group's history goes, as of one moment: one statement sees one
 * state of the records. A user without orders gets one row without an order.
 */
export const OPEN_ORDERS_AND_POSITIONS = `
  select positions.list as positions, o.*
  from (
    select json_agg(json_build_array(symbol_group, timeline, last_sequence)) as list from engine_groups
  ) as positions
  left join open_orders as o on o.user_id = $1
  order by o.created_at, o.order_id`;

/** How far each group's history goes. */
export const POSITIONS = "select symbol_group, timeline, last_sequence from engine_groups";
