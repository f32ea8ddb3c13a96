DROP FUNCTION check_table_sizes();
DROP FUNCTION check_db_connections();
DROP FUNCTION refresh_order_book_snapshot();
DROP MATERIALIZED VIEW mv_order_book_snapshot;
DROP VIEW v_order_status_distribution;
DROP VIEW v_trade_volume_24h;
DROP VIEW v_active_orders;
