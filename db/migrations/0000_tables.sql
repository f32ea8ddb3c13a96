-- Tables and types as drizzle-kit generated them out of db/schema; by hand: PARTITION BY, the default
-- partitions, storage settings.

CREATE TYPE "public"."order_side_enum" AS ENUM('BUY', 'SELL');
CREATE TYPE "public"."order_status_enum" AS ENUM('PENDING', 'OPEN', 'PARTIALLY_FILLED', 'FILLED', 'CANCELLED', 'REJECTED', 'EXPIRED');
CREATE TYPE "public"."order_type_enum" AS ENUM('LIMIT', 'MARKET', 'STOP', 'STOP_LIMIT', 'TRAILING_STOP');
CREATE TYPE "public"."self_trade_prevention_enum" AS ENUM('EXPIRE_TAKER', 'EXPIRE_MAKER', 'EXPIRE_BOTH', 'DECREMENT', 'NONE');
CREATE TYPE "public"."symbol_status_enum" AS ENUM('ACTIVE', 'HALTED', 'MAINTENANCE', 'DELISTED');
CREATE TYPE "public"."time_in_force_enum" AS ENUM('GTC', 'IOC', 'FOK', 'DAY', 'GTD');
CREATE TABLE "command_failures" (
	"symbol_group" text NOT NULL,
	"command_id" uuid NOT NULL,
	"failures" integer NOT NULL,
	"last_failed_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "command_failures_pkey" PRIMARY KEY("symbol_group","command_id")
);

CREATE TABLE "engine_groups" (
	"symbol_group" text PRIMARY KEY NOT NULL,
	"group_number" integer NOT NULL,
	"epoch" bigint DEFAULT 0 NOT NULL,
	"last_sequence" bigint DEFAULT 0 NOT NULL,
	"hash" "bytea" DEFAULT decode(repeat('00', 32), 'hex') NOT NULL,
	"timeline" uuid DEFAULT gen_random_uuid() NOT NULL,
	"published_sequence" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"epoch_taken_at" timestamp with time zone,
	CONSTRAINT "engine_groups_group_number_check" CHECK ("engine_groups"."group_number" between 0 and 4095),
	CONSTRAINT "engine_groups_hash_check" CHECK (length("engine_groups"."hash") = 32)
);

CREATE TABLE "idempotency_keys" (
	"user_id" text NOT NULL,
	"route" text NOT NULL,
	"key" text NOT NULL,
	"body_hash" "bytea" NOT NULL,
	"command_id" uuid NOT NULL,
	"order_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"lease_until" timestamp with time zone NOT NULL,
	"response_status" smallint,
	"response_body" text,
	CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY("user_id","route","key")
);

CREATE TABLE "journal" (
	"symbol_group" text NOT NULL,
	"epoch" bigint NOT NULL,
	"first_sequence" bigint NOT NULL,
	"last_sequence" bigint NOT NULL,
	"batch_time" timestamp with time zone NOT NULL,
	"rules_version" integer NOT NULL,
	"payload" "bytea" NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "journal_pkey" PRIMARY KEY("symbol_group","first_sequence","batch_time")
) PARTITION BY RANGE ("batch_time");

CREATE TABLE "open_orders" (
	"order_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"sequence" bigint NOT NULL,
	"user_id" text NOT NULL,
	"client_order_id" text,
	"list_id" uuid,
	"symbol" text NOT NULL,
	"side" "order_side_enum" NOT NULL,
	"type" "order_type_enum" NOT NULL,
	"time_in_force" time_in_force_enum NOT NULL,
	"self_trade_prevention" "self_trade_prevention_enum" NOT NULL,
	"status" "order_status_enum" NOT NULL,
	"post_only" boolean NOT NULL,
	"reason_code" smallint,
	"trailing_delta" integer,
	"price" numeric,
	"quantity" numeric,
	"filled_quantity" numeric NOT NULL,
	"filled_quote" numeric NOT NULL,
	"prevented_quantity" numeric NOT NULL,
	"quote_quantity" numeric,
	"display_quantity" numeric,
	"stop_price" numeric,
	"trailing_amount" numeric,
	"activation_price" numeric,
	"triggered_at" timestamp with time zone,
	"expire_at" timestamp with time zone,
	CONSTRAINT "open_orders_pkey" PRIMARY KEY("order_id")
);

CREATE TABLE "order_book_snapshots" (
	"symbol_group" text NOT NULL,
	"epoch" bigint NOT NULL,
	"sequence" bigint NOT NULL,
	"timeline" uuid NOT NULL,
	"hash" "bytea" NOT NULL,
	"format_version" integer NOT NULL,
	"rules_version" integer NOT NULL,
	"taken_at" timestamp with time zone NOT NULL,
	"body" "bytea" NOT NULL,
	CONSTRAINT "order_book_snapshots_pkey" PRIMARY KEY("symbol_group","sequence","epoch")
);

CREATE TABLE "orders" (
	"order_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"sequence" bigint NOT NULL,
	"user_id" text NOT NULL,
	"client_order_id" text,
	"list_id" uuid,
	"symbol" text NOT NULL,
	"side" "order_side_enum" NOT NULL,
	"type" "order_type_enum" NOT NULL,
	"time_in_force" time_in_force_enum NOT NULL,
	"self_trade_prevention" "self_trade_prevention_enum" NOT NULL,
	"status" "order_status_enum" NOT NULL,
	"post_only" boolean NOT NULL,
	"reason_code" smallint,
	"trailing_delta" integer,
	"price" numeric,
	"quantity" numeric,
	"filled_quantity" numeric NOT NULL,
	"filled_quote" numeric NOT NULL,
	"prevented_quantity" numeric NOT NULL,
	"quote_quantity" numeric,
	"display_quantity" numeric,
	"stop_price" numeric,
	"trailing_amount" numeric,
	"activation_price" numeric,
	"triggered_at" timestamp with time zone,
	"expire_at" timestamp with time zone,
	CONSTRAINT "orders_pkey" PRIMARY KEY("order_id","created_at")
) PARTITION BY RANGE ("created_at");

CREATE TABLE "partition_retention_config" (
	"table_name" text PRIMARY KEY NOT NULL,
	"retention_months" integer DEFAULT 60 NOT NULL,
	"retention_days" integer
);

CREATE TABLE "queue_groups" (
	"queue_group" text PRIMARY KEY NOT NULL,
	"consumed" boolean DEFAULT false NOT NULL
);

CREATE TABLE "queue_messages" (
	"queue_group" text NOT NULL,
	"message_id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "queue_messages_message_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"body" "bytea" NOT NULL,
	CONSTRAINT "queue_messages_pkey" PRIMARY KEY("queue_group","message_id")
);

CREATE TABLE "stop_orders_watchlist" (
	"order_id" uuid PRIMARY KEY NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"user_id" text NOT NULL,
	"symbol" text NOT NULL,
	"side" "order_side_enum" NOT NULL,
	"type" "order_type_enum" NOT NULL,
	"quantity" numeric,
	"price" numeric,
	"stop_price" numeric,
	"trailing_delta" integer,
	"trailing_amount" numeric,
	"activation_price" numeric
);

CREATE TABLE "symbol_numbers" (
	"symbol_number" integer PRIMARY KEY NOT NULL,
	"symbol" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "symbol_numbers_symbol_number_check" CHECK ("symbol_numbers"."symbol_number" between 1 and 65535)
);

CREATE TABLE "symbols" (
	"symbol_number" integer PRIMARY KEY NOT NULL,
	"symbol" text NOT NULL,
	"base" text NOT NULL,
	"quote" text NOT NULL,
	"price_step" numeric NOT NULL,
	"quantity_step" numeric NOT NULL,
	"min_price" numeric NOT NULL,
	"max_price" numeric NOT NULL,
	"min_quantity" numeric NOT NULL,
	"max_quantity" numeric NOT NULL,
	"min_notional" numeric DEFAULT '0' NOT NULL,
	"price_band_bps" integer DEFAULT 0 NOT NULL,
	"reference_price" numeric,
	"session_end_minute" smallint DEFAULT 0 NOT NULL,
	"max_open_orders" integer DEFAULT 10000 NOT NULL,
	"symbol_group" text DEFAULT 'main' NOT NULL,
	"status" "symbol_status_enum" DEFAULT 'ACTIVE' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "symbols_symbol_number_check" CHECK ("symbols"."symbol_number" between 1 and 65535),
	CONSTRAINT "symbols_steps_check" CHECK ("symbols"."price_step" > 0 and "symbols"."quantity_step" > 0),
	CONSTRAINT "symbols_session_end_minute_check" CHECK ("symbols"."session_end_minute" between 0 and 1439)
);

CREATE TABLE "trades" (
	"trade_id" uuid NOT NULL,
	"executed_at" timestamp with time zone NOT NULL,
	"sequence" bigint NOT NULL,
	"symbol" text NOT NULL,
	"buy_order_id" uuid NOT NULL,
	"sell_order_id" uuid NOT NULL,
	"buyer_user_id" text NOT NULL,
	"seller_user_id" text NOT NULL,
	"taker_side" "order_side_enum" NOT NULL,
	"price" numeric NOT NULL,
	"quantity" numeric NOT NULL,
	"buyer_fee" numeric DEFAULT '0' NOT NULL,
	"seller_fee" numeric DEFAULT '0' NOT NULL,
	CONSTRAINT "trades_pkey" PRIMARY KEY("trade_id","executed_at")
) PARTITION BY RANGE ("executed_at");

-- What no partition takes goes here, so that a write never fails for want of one.
CREATE TABLE "orders_default" PARTITION OF "orders" DEFAULT WITH (fillfactor = 85);
CREATE TABLE "trades_default" PARTITION OF "trades" DEFAULT;
CREATE TABLE "journal_default" PARTITION OF "journal" DEFAULT;

-- Rows that change on every fill: room on the page keeps the updates HOT, and an early vacuum keeps
-- the table as small as the number of open orders.
ALTER TABLE "open_orders" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
ALTER TABLE "stop_orders_watchlist" SET (fillfactor = 80);
ALTER TABLE "queue_messages" SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
-- Payloads are compact already: trying to compress them again only costs time.
ALTER TABLE "journal" ALTER COLUMN "payload" SET STORAGE EXTERNAL;
ALTER TABLE "queue_messages" ALTER COLUMN "body" SET STORAGE EXTERNAL;
ALTER TABLE "order_book_snapshots" ALTER COLUMN "body" SET STORAGE EXTERNAL;

CREATE UNIQUE INDEX "engine_groups_group_number_key" ON "engine_groups" USING btree ("group_number");
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys" USING brin ("created_at");
CREATE INDEX "open_orders_user_id_symbol_idx" ON "open_orders" USING btree ("user_id","symbol");
CREATE INDEX "open_orders_symbol_idx" ON "open_orders" USING btree ("symbol");
CREATE INDEX "orders_user_id_created_at_idx" ON "orders" USING btree ("user_id","created_at");
CREATE INDEX "orders_client_order_id_idx" ON "orders" USING btree ("user_id","client_order_id","created_at") WHERE "orders"."client_order_id" is not null;
CREATE INDEX "orders_created_at_idx" ON "orders" USING brin ("created_at");
CREATE INDEX "stop_orders_watchlist_symbol_stop_price_idx" ON "stop_orders_watchlist" USING btree ("symbol","stop_price");
CREATE UNIQUE INDEX "symbol_numbers_symbol_key" ON "symbol_numbers" USING btree ("symbol");
CREATE UNIQUE INDEX "symbols_symbol_key" ON "symbols" USING btree ("symbol");
CREATE INDEX "symbols_symbol_group_idx" ON "symbols" USING btree ("symbol_group");
CREATE INDEX "trades_symbol_executed_at_idx" ON "trades" USING btree ("symbol","executed_at");
CREATE INDEX "trades_buyer_user_id_executed_at_idx" ON "trades" USING btree ("buyer_user_id","executed_at");
CREATE INDEX "trades_seller_user_id_executed_at_idx" ON "trades" USING btree ("seller_user_id","executed_at");
CREATE INDEX "trades_buy_order_id_idx" ON "trades" USING btree ("buy_order_id");
CREATE INDEX "trades_sell_order_id_idx" ON "trades" USING btree ("sell_order_id");