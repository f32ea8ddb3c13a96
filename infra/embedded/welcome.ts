/** What a person sees when the one-process run is ready: where things are, and an order to paste. */

export interface WelcomeFacts {
  readonly version: string;
  readonly postgresVersion: string;
  /** `http://127.0.0.1:8080` */
  readonly origin: string;
  readonly dataDirectory: string;
  readonly tookMs: number;
  readonly devTokens: boolean;
}

export function welcome(facts: WelcomeFacts): string {
  const { origin } = facts;
  const seconds = (facts.tookMs / 1_000).toFixed(1);
  const lines = [
    "",
    `Trade engine ${facts.version} is ready (${seconds} s; PostgreSQL ${facts.postgresVersion} below ${facts.dataDirectory}).`,
    "",
    `  API         ${origin}/api/v1`,
    `  try it out  ${origin}/docs`,
    `  document    ${origin}/openapi.json`,
    "",
  ];
  if (facts.devTokens) {
    lines.push(
      "Place an order, and cross it as somebody else:",
      "",
      curl(origin, "alice", "SELL"),
      "",
      curl(origin, "bob", "BUY"),
      "",
      `  curl -s '${origin}/api/v1/markets/BTC-USDT/depth?limit=5'`,
      "",
    );
  }
  lines.push("Ctrl-C stops it; the data stays.", "", "");
  return lines.join("\n");
}

function curl(origin: string, userId: string, side: "BUY" | "SELL"): string {
  const order = {
    symbol: "BTC/USDT",
    side,
    type: "LIMIT",
    timeInForce: "GTC",
    quantity: "0.01",
    price: "50000.00",
  };
  return [
    `  curl -s ${origin}/api/v1/orders -H 'Authorization: Bearer dev:${userId}' \\`,
    `    -H 'Content-Type: application/json' -d '${JSON.stringify(order)}'`,
  ].join("\n");
}
