-- Candles, written with the trades that make them.
CREATE TABLE "candles" (
	"symbol" text NOT NULL,
	"interval_seconds" integer NOT NULL,
	"open_time" timestamp with time zone NOT NULL,
	"open" numeric NOT NULL,
	"high" numeric NOT NULL,
	"low" numeric NOT NULL,
	"close" numeric NOT NULL,
	"volume" numeric NOT NULL,
	"quote_volume" numeric NOT NULL,
	"taker_buy_volume" numeric NOT NULL,
	"trades" bigint NOT NULL,
	"sequence" bigint NOT NULL,
	CONSTRAINT "candles_pkey" PRIMARY KEY("symbol","interval_seconds","open_time"),
	CONSTRAINT "candles_interval_seconds_check" CHECK ("candles"."interval_seconds" in (1, 60, 3600))
);
-- The newest rows change with every batch of trades: room on the page keeps that HOT.
ALTER TABLE "candles" SET (fillfactor = 80);

-- Adds trades, given in the order in which they happened, to the second, the minute and the hour that each is in.
CREATE FUNCTION write_candles(p_trades commit_trade[]) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  -- Folded into seconds first: the three intervals are made of those few.
  WITH seconds AS MATERIALIZED (
    SELECT t.symbol_number, t.executed_ms / 1000 AS second, min(t.place) AS first_place, max(t.place) AS last_place,
           max(t.price) AS high, min(t.price) AS low, sum(t.quantity) AS volume,
           sum(t.price::numeric * t.quantity) AS quote_volume,
           coalesce(sum(t.quantity) FILTER (WHERE t.taker_side = 0), 0) AS taker_buy_volume, count(*) AS trades,
           max(t.sequence) AS sequence
    FROM unnest(p_trades) WITH ORDINALITY AS t (id, executed_ms, sequence, symbol_number, buy_order_id, sell_order_id,
                                                buyer_user_id, seller_user_id, taker_side, price, quantity, place)
    GROUP BY t.symbol_number, t.executed_ms / 1000
  )
  INSERT INTO candles AS c (symbol, interval_seconds, open_time, open, high, low, close, volume, quote_volume,
                            taker_buy_volume, trades, sequence)
  SELECT s.symbol, i.seconds, moment_of(t.second / i.seconds * i.seconds * 1000),
         p_trades[min(t.first_place)].price * s.price_step, max(t.high) * s.price_step, min(t.low) * s.price_step,
         p_trades[max(t.last_place)].price * s.price_step, sum(t.volume) * s.quantity_step,
         quote_amount(sum(t.quote_volume), s.price_step, s.quantity_step),
         sum(t.taker_buy_volume) * s.quantity_step, sum(t.trades), max(t.sequence)
  FROM seconds AS t
  JOIN symbols AS s ON s.symbol_number = t.symbol_number
  CROSS JOIN (VALUES (1), (60), (3600)) AS i (seconds)
  GROUP BY s.symbol_number, i.seconds, 3
  ON CONFLICT (symbol, interval_seconds, open_time) DO UPDATE
  SET high = greatest(c.high, excluded.high), low = least(c.low, excluded.low), close = excluded.close,
      volume = c.volume + excluded.volume, quote_volume = c.quote_volume + excluded.quote_volume,
      taker_buy_volume = c.taker_buy_volume + excluded.taker_buy_volume, trades = c.trades + excluded.trades,
      sequence = excluded.sequence;
END
$$;
REVOKE EXECUTE ON FUNCTION write_candles(commit_trade[]) FROM PUBLIC;

-- As before, and the candles of the trades.
CREATE OR REPLACE FUNCTION commit_batch(
  p_group text, p_epoch bigint, p_expected_sequence bigint, p_expected_hash bytea,
  p_last_sequence bigint, p_batch_ms bigint, p_rules_version integer, p_hash bytea, p_payload bytea,
  p_entered commit_order[], p_changed commit_order[], p_ended commit_order[], p_trades commit_trade[],
  p_symbols commit_symbol[]
) RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  statuses CONSTANT order_status_enum[] := enum_range(NULL::order_status_enum);
  types CONSTANT order_type_enum[] := enum_range(NULL::order_type_enum);
  sides CONSTANT order_side_enum[] := enum_range(NULL::order_side_enum);
  times_in_force CONSTANT time_in_force_enum[] := enum_range(NULL::time_in_force_enum);
  preventions CONSTANT self_trade_prevention_enum[] := enum_range(NULL::self_trade_prevention_enum);
  symbol_statuses CONSTANT symbol_status_enum[] := enum_range(NULL::symbol_status_enum);
  touched bigint;
BEGIN
  UPDATE engine_groups SET last_sequence = p_last_sequence, hash = p_hash
  WHERE symbol_group = p_group AND epoch = p_epoch
    AND last_sequence = p_expected_sequence AND hash = p_expected_hash;
  IF NOT FOUND THEN
    RETURN false;
  END IF;

  INSERT INTO journal (symbol_group, epoch, first_sequence, last_sequence, batch_time, rules_version, payload, hash)
  VALUES (p_group, p_epoch, p_expected_sequence + 1, p_last_sequence, moment_of(p_batch_ms), p_rules_version, p_payload, p_hash);

  IF cardinality(p_symbols) > 0 THEN
    INSERT INTO symbol_numbers AS n (symbol_number, symbol)
    SELECT d.symbol_number, d.symbol FROM unnest(p_symbols) AS d
    WHERE NOT EXISTS (SELECT FROM symbol_numbers AS k WHERE k.symbol = d.symbol)
    ON CONFLICT (symbol_number) DO UPDATE SET symbol = excluded.symbol WHERE n.symbol IS NULL;
    INSERT INTO symbols AS s (symbol_number, symbol, base, quote, price_step, quantity_step, min_price, max_price,
                              min_quantity, max_quantity, min_notional, price_band_bps, reference_price,
                              session_end_minute, max_open_orders, symbol_group, status)
    SELECT d.symbol_number, d.symbol, d.base, d.quote, d.price_step, d.quantity_step, d.min_price * d.price_step,
           d.max_price * d.price_step, d.min_quantity * d.quantity_step, d.max_quantity * d.quantity_step,
           quote_amount(d.min_notional, d.price_step, d.quantity_step), d.price_band_bps, d.reference_price * d.price_step,
           d.session_end_minute, d.max_open_orders, p_group, symbol_statuses[d.status + 1]
    FROM unnest(p_symbols) AS d
    ON CONFLICT (symbol_number) DO UPDATE
    SET min_price = excluded.min_price, max_price = excluded.max_price, min_quantity = excluded.min_quantity,
        max_quantity = excluded.max_quantity, min_notional = excluded.min_notional,
        price_band_bps = excluded.price_band_bps, reference_price = excluded.reference_price,
        session_end_minute = excluded.session_end_minute, max_open_orders = excluded.max_open_orders,
        status = excluded.status, updated_at = moment_of(p_batch_ms)
    WHERE s.symbol = excluded.symbol AND s.price_step = excluded.price_step
      AND s.quantity_step = excluded.quantity_step AND s.symbol_group = excluded.symbol_group;
    GET DIAGNOSTICS touched = ROW_COUNT;
    PERFORM expect_rows('symbols', cardinality(p_symbols), touched);
  END IF;

  IF cardinality(p_entered) > 0 THEN
    WITH entered AS MATERIALIZED (
      SELECT e.id, moment_of(e.created_ms) AS created_at, moment_of(e.updated_ms) AS updated_at, e.sequence,
             e.user_id, e.client_order_id, e.list_id, s.symbol, sides[e.side + 1] AS side, types[e.type + 1] AS type,
             times_in_force[e.time_in_force + 1] AS time_in_force,
             preventions[e.self_trade_prevention + 1] AS self_trade_prevention,
             statuses[e.status + 1] AS status, e.post_only, e.reason_code, e.trailing_delta,
             e.price * s.price_step AS price, e.quantity * s.quantity_step AS quantity,
             e.filled_quantity * s.quantity_step AS filled_quantity,
             quote_amount(e.filled_quote, s.price_step, s.quantity_step) AS filled_quote,
             e.prevented_quantity * s.quantity_step AS prevented_quantity,
             quote_amount(e.quote_quantity, s.price_step, s.quantity_step) AS quote_quantity,
             e.display_quantity * s.quantity_step AS display_quantity, e.stop_price * s.price_step AS stop_price,
             e.trailing_amount * s.price_step AS trailing_amount,
             e.activation_price * s.price_step AS activation_price,
             moment_of(e.triggered_ms) AS triggered_at, moment_of(e.expire_ms) AS expire_at
      FROM unnest(p_entered) AS e JOIN symbols AS s ON s.symbol_number = e.symbol_number
    ), kept AS (
      INSERT INTO orders (order_id, created_at, updated_at, sequence, user_id, client_order_id, list_id, symbol, side,
                          type, time_in_force, self_trade_prevention, status, post_only, reason_code, trailing_delta,
                          price, quantity, filled_quantity, filled_quote, prevented_quantity, quote_quantity,
                          display_quantity, stop_price, trailing_amount, activation_price, triggered_at, expire_at)
      SELECT * FROM entered
      RETURNING 1
    ), live AS (
      INSERT INTO open_orders (order_id, created_at, updated_at, sequence, user_id, client_order_id, list_id, symbol,
                               side, type, time_in_force, self_trade_prevention, status, post_only, reason_code,
                               trailing_delta, price, quantity, filled_quantity, filled_quote, prevented_quantity,
                               quote_quantity, display_quantity, stop_price, trailing_amount, activation_price,
                               triggered_at, expire_at)
      SELECT * FROM entered WHERE status IN ('PENDING', 'OPEN', 'PARTIALLY_FILLED')
    ), waiting AS (
      INSERT INTO stop_orders_watchlist (order_id, created_at, user_id, symbol, side, type, quantity, price, stop_price,
                                         trailing_delta, trailing_amount, activation_price)
      SELECT id, created_at, user_id, symbol, side, type, quantity, price, stop_price, trailing_delta,
             trailing_amount, activation_price
      FROM entered WHERE status = 'PENDING'
    )
    SELECT count(*) INTO touched FROM kept;
    PERFORM expect_rows('entered orders', cardinality(p_entered), touched);
  END IF;

  IF cardinality(p_changed) > 0 THEN
    UPDATE open_orders AS o
    SET updated_at = moment_of(c.updated_ms), sequence = c.sequence, status = statuses[c.status + 1],
        price = c.price * s.price_step, quantity = c.quantity * s.quantity_step,
        filled_quantity = c.filled_quantity * s.quantity_step,
        filled_quote = quote_amount(c.filled_quote, s.price_step, s.quantity_step),
        prevented_quantity = c.prevented_quantity * s.quantity_step,
        display_quantity = c.display_quantity * s.quantity_step, stop_price = c.stop_price * s.price_step,
        trailing_delta = c.trailing_delta, trailing_amount = c.trailing_amount * s.price_step,
        activation_price = c.activation_price * s.price_step, triggered_at = moment_of(c.triggered_ms)
    FROM unnest(p_changed) AS c JOIN symbols AS s ON s.symbol_number = c.symbol_number
    WHERE o.order_id = c.id;
    GET DIAGNOSTICS touched = ROW_COUNT;
    PERFORM expect_rows('changed orders', cardinality(p_changed), touched);
    -- Types from STOP on wait, and status PENDING is an order that still does.
    IF EXISTS (SELECT FROM unnest(p_changed) AS c WHERE c.type >= 2) THEN
      DELETE FROM stop_orders_watchlist AS w USING unnest(p_changed) AS c
      WHERE w.order_id = c.id AND c.status <> 0;
      UPDATE stop_orders_watchlist AS w
      SET quantity = c.quantity * s.quantity_step, price = c.price * s.price_step,
          stop_price = c.stop_price * s.price_step, trailing_delta = c.trailing_delta,
          trailing_amount = c.trailing_amount * s.price_step, activation_price = c.activation_price * s.price_step
      FROM unnest(p_changed) AS c JOIN symbols AS s ON s.symbol_number = c.symbol_number
      WHERE w.order_id = c.id AND c.status = 0;
    END IF;
  END IF;

  IF cardinality(p_ended) > 0 THEN
    DELETE FROM open_orders AS o USING unnest(p_ended) AS e WHERE o.order_id = e.id;
    GET DIAGNOSTICS touched = ROW_COUNT;
    PERFORM expect_rows('ended open orders', cardinality(p_ended), touched);
    IF EXISTS (SELECT FROM unnest(p_ended) AS e WHERE e.type >= 2) THEN
      DELETE FROM stop_orders_watchlist AS w USING unnest(p_ended) AS e WHERE w.order_id = e.id;
    END IF;
    PERFORM write_ended_orders(p_ended);
  END IF;

  IF cardinality(p_trades) > 0 THEN
    INSERT INTO trades (trade_id, executed_at, sequence, symbol, buy_order_id, sell_order_id, buyer_user_id,
                        seller_user_id, taker_side, price, quantity)
    SELECT t.id, moment_of(t.executed_ms), t.sequence, s.symbol, t.buy_order_id, t.sell_order_id, t.buyer_user_id,
           t.seller_user_id, sides[t.taker_side + 1], t.price * s.price_step, t.quantity * s.quantity_step
    FROM unnest(p_trades) AS t JOIN symbols AS s ON s.symbol_number = t.symbol_number;
    GET DIAGNOSTICS touched = ROW_COUNT;
    PERFORM expect_rows('trades', cardinality(p_trades), touched);
    PERFORM write_candles(p_trades);
  END IF;

  RETURN true;
END
$$;

-- The trades that there are already; of their seconds the last two days, as maintenance keeps them.
INSERT INTO candles (symbol, interval_seconds, open_time, open, high, low, close, volume, quote_volume,
                     taker_buy_volume, trades, sequence)
SELECT t.symbol, i.seconds, date_bin(make_interval(secs => i.seconds), t.executed_at, timestamptz '1970-01-01 00:00:00+00') AS start,
       (array_agg(t.price ORDER BY t.executed_at, t.trade_id))[1], max(t.price), min(t.price),
       (array_agg(t.price ORDER BY t.executed_at DESC, t.trade_id DESC))[1], sum(t.quantity), sum(t.price * t.quantity),
       coalesce(sum(t.quantity) FILTER (WHERE t.taker_side = 'BUY'), 0), count(*), max(t.sequence)
FROM trades AS t CROSS JOIN (VALUES (1), (60), (3600)) AS i (seconds)
WHERE i.seconds > 1 OR t.executed_at > now() - interval '2 days'
GROUP BY t.symbol, i.seconds, start;

SELECT grant_if_role('trade_engine', 'GRANT SELECT ON candles TO %I');
SELECT grant_if_role('trade_api', 'GRANT SELECT ON candles TO %I');
SELECT grant_if_role('trade_readonly', 'GRANT SELECT ON candles TO %I');
