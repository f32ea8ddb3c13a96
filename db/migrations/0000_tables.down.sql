DROP TABLE "command_failures", "engine_groups", "idempotency_keys", "journal", "open_orders", "order_book_snapshots",
  "orders", "partition_retention_config", "queue_groups", "queue_messages", "stop_orders_watchlist",
  "symbol_numbers", "symbols", "trades";
DROP TYPE "order_side_enum", "order_status_enum", "order_type_enum", "self_trade_prevention_enum",
  "symbol_status_enum", "time_in_force_enum";
