-- The ten pairs that a new installation starts with, and the numbers of those to come.

INSERT INTO symbol_numbers (symbol_number, symbol)
VALUES (1, 'BTC/USDT'), (2, 'ETH/USDT'), (3, 'BNB/USDT'), (4, 'SOL/USDT'), (5, 'XRP/USDT'),
       (6, 'ADA/USDT'), (7, 'DOGE/USDT'), (8, 'AVAX/USDT'), (9, 'DOT/USDT'), (10, 'LTC/USDT');

-- The largest price times the largest quantity stays below 2^63 tick-lots in every pair. No price band:
-- its reference is the last trade, so a first trade at a wrong price would lock a new market out of the
-- right one. An operator sets a band with a reference price once he knows it.
INSERT INTO symbols (symbol_number, symbol, base, quote, price_step, quantity_step, min_price, max_price,
                     min_quantity, max_quantity, min_notional)
VALUES
  (1, 'BTC/USDT', 'BTC', 'USDT', 0.01, 0.00000001, 0.01, 1000000, 0.00001, 900, 1),
  (2, 'ETH/USDT', 'ETH', 'USDT', 0.01, 0.00000001, 0.01, 100000, 0.0001, 9000, 1),
  (3, 'BNB/USDT', 'BNB', 'USDT', 0.01, 0.00000001, 0.01, 100000, 0.001, 9000, 1),
  (4, 'SOL/USDT', 'SOL', 'USDT', 0.01, 0.000001, 0.01, 100000, 0.001, 900000, 1),
  (5, 'XRP/USDT', 'XRP', 'USDT', 0.0001, 0.0001, 0.0001, 10000, 0.1, 9000000, 1),
  (6, 'ADA/USDT', 'ADA', 'USDT', 0.0001, 0.0001, 0.0001, 10000, 0.1, 9000000, 1),
  (7, 'DOGE/USDT', 'DOGE', 'USDT', 0.00001, 0.01, 0.00001, 1000, 1, 90000000, 1),
  (8, 'AVAX/USDT', 'AVAX', 'USDT', 0.01, 0.000001, 0.01, 100000, 0.01, 900000, 1),
  (9, 'DOT/USDT', 'DOT', 'USDT', 0.001, 0.000001, 0.001, 10000, 0.01, 900000, 1),
  (10, 'LTC/USDT', 'LTC', 'USDT', 0.01, 0.00000001, 0.01, 100000, 0.001, 9000, 1);

-- The number of a pair: the same for ever once it has been asked for. NULL asks for one without a name.
CREATE FUNCTION allocate_symbol_number(p_symbol text)
RETURNS integer
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
  known integer;
BEGIN
  SELECT symbol_number INTO known FROM symbol_numbers WHERE symbol = p_symbol;
  IF FOUND THEN
    RETURN known;
  END IF;
  PERFORM pg_advisory_xact_lock(7201, 2);
  INSERT INTO symbol_numbers (symbol_number, symbol)
  SELECT coalesce(max(symbol_number), 0) + 1, p_symbol FROM symbol_numbers
  ON CONFLICT (symbol) DO NOTHING
  RETURNING symbol_number INTO known;
  IF NOT FOUND THEN
    SELECT symbol_number INTO known FROM symbol_numbers WHERE symbol = p_symbol;
  END IF;
  RETURN known;
END
$$;
