const COLUMNS = `
  symbol_number, symbol, base, quote, price_step, quantity_step, min_price, max_price, min_quantity, max_quantity,
  min_notional, price_band_bps, reference_price, session_end_minute, max_open_orders, status, symbol_group`;

export const SYMBOLS_OF_GROUP = `select ${COLUMNS} from symbols where symbol_group = $1 order by symbol_number`;

export const ALL_SYMBOLS = `select ${COLUMNS} from symbols order by symbol_number`;

export interface SymbolRow {
  readonly symbol_number: number;
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly price_step: string;
  readonly quantity_step: string;
  readonly min_price: string;
  readonly max_price: string;
  readonly min_quantity: string;
  readonly max_quantity: string;
  readonly min_notional: string;
  readonly price_band_bps: number;
  readonly reference_price: string | null;
  readonly session_end_minute: number;
  readonly max_open_orders: number;
  readonly status: string;
  readonly symbol_group: string;
}
