/** The pairs of the demonstration, and what is usual in each. */
export interface DemoMarket {
  readonly symbol: string;
  /** Where the price begins when nothing was traded before. */
  readonly startPrice: string;
  /** Usual distance of two price levels. */
  readonly levelGap: string;
  /** Sizes are multiples of this, most of them small ones. */
  readonly sizeUnit: string;
  /** How often something is done in it. */
  readonly everyMs: number;
}

export const DEMO_MARKETS: readonly DemoMarket[] = [
  { symbol: "BTC/USDT", startPrice: "67250.00", levelGap: "1.50", sizeUnit: "0.01", everyMs: 300 },
  { symbol: "ETH/USDT", startPrice: "3480.00", levelGap: "0.12", sizeUnit: "0.2", everyMs: 500 },
  { symbol: "SOL/USDT", startPrice: "172.40", levelGap: "0.02", sizeUnit: "2", everyMs: 900 },
  { symbol: "BNB/USDT", startPrice: "604.20", levelGap: "0.05", sizeUnit: "0.5", everyMs: 1_300 },
  { symbol: "XRP/USDT", startPrice: "0.6120", levelGap: "0.0002", sizeUnit: "1000", everyMs: 1_700 },
  { symbol: "DOGE/USDT", startPrice: "0.16240", levelGap: "0.00004", sizeUnit: "5000", everyMs: 2_300 },
];
