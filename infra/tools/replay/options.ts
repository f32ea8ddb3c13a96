import { asksForHelp, parseArguments, UsageError } from "../../command-line.ts";
import { isScale } from "./decimal-price.ts";
import { parseSpeed } from "./pace.ts";

export const USAGE = `npm run replay -- FILE [options]

FILE is order-level market data: LOBSTER's messages (CSV) or commands (JSONL), plain or gzip.

  --url URL               the engine's API (default: http://127.0.0.1:8080); given several
                          times, requests go to each in turn
  --token TOKEN           who places the orders (default: dev:replay)
  --symbol S              the pair (default: REPLAY/USD)
  --create-symbol         make the pair if it is not there, with
    --tick T --lot L      its price step and quantity step
  --speed max|1x|10x|…    as fast as it goes (default), or by the file's timestamps
  --batch N               commands in a request, 1 to 100 (default: 100)
  --price-scale N         the file's prices are integers over this (default: 10000)
  --quantity-scale N      the file's quantities are integers over this (default: 1)
  --id-prefix P           before the file's ids in clientOrderId (default: none)
  --keep-going            pass over malformed lines instead of stopping at the first
  --expect-trades FILE    compare the trades with this record (taker,maker,price,qty)
  --expect-book FILE      compare the book at the end with this one (side,id,price,remaining)
  --limit N               stop after so many commands
`;

export interface ReplayOptions {
  readonly file: string;
  readonly urls: readonly string[];
  readonly token: string;
  readonly symbol: string;
  readonly create: { readonly tick: string; readonly lot: string } | null;
  readonly speed: number | "max";
  readonly batch: number;
  readonly priceScale: number;
  readonly quantityScale: number;
  readonly idPrefix: string;
  readonly keepGoing: boolean;
  readonly expectTrades: string | null;
  readonly expectBook: string | null;
  readonly limit: number;
}

/** What the command line asks for; null for `--help`. Throws a UsageError. */
export function parseOptions(args: readonly string[]): ReplayOptions | null {
  if (asksForHelp(args)) return null;
  const { values, positionals } = parsed(args);
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError("one FILE is needed");
  const speed = parseSpeed(values.speed);
  if (speed === null) throw new UsageError(`--speed ${values.speed}: max, or a factor such as 10x`);
  const create = values["create-symbol"] === true;
  if (create && (values.tick === undefined || values.lot === undefined)) {
    throw new UsageError("--create-symbol needs --tick and --lot");
  }
  const wrong = values.url.find((url) => !URL.canParse(url));
  if (wrong !== undefined) throw new UsageError(`--url ${wrong}: not an address`);
  return {
    file,
    urls: values.url,
    token: values.token,
    symbol: pairOf(values.symbol),
    create: create ? { tick: values.tick as string, lot: values.lot as string } : null,
    speed,
    batch: wholeOf("--batch", values.batch, 100),
    priceScale: scaleOf("--price-scale", values["price-scale"]),
    quantityScale: scaleOf("--quantity-scale", values["quantity-scale"]),
    idPrefix: values["id-prefix"],
    keepGoing: values["keep-going"] === true,
    expectTrades: values["expect-trades"] ?? null,
    expectBook: values["expect-book"] ?? null,
    limit: values.limit === undefined ? Number.MAX_SAFE_INTEGER : wholeOf("--limit", values.limit, 1e15),
  };
}

function parsed(args: readonly string[]) {
  return parseArguments(args, {
    allowPositionals: true,
    options: {
      url: { type: "string", multiple: true, default: ["http://127.0.0.1:8080"] },
      token: { type: "string", default: "dev:replay" },
      symbol: { type: "string", default: "REPLAY/USD" },
      "create-symbol": { type: "boolean" },
      tick: { type: "string" },
      lot: { type: "string" },
      speed: { type: "string", default: "max" },
      batch: { type: "string", default: "100" },
      "price-scale": { type: "string", default: "10000" },
      "quantity-scale": { type: "string", default: "1" },
      "id-prefix": { type: "string", default: "" },
      "keep-going": { type: "boolean" },
      "expect-trades": { type: "string" },
      "expect-book": { type: "string" },
      limit: { type: "string" },
    },
  });
}

/** `AAPL-USD` is taken for `AAPL/USD`; `AAPL` for `AAPL/USD` too. */
function pairOf(text: string): string {
  const pair = text.includes("/") ? text : text.includes("-") ? text.replace("-", "/") : `${text}/USD`;
  if (!/^[A-Z0-9]{1,16}\/[A-Z0-9]{1,16}$/.test(pair)) {
    throw new UsageError(`--symbol ${text}: not a pair such as AAPL/USD`);
  }
  return pair;
}

function wholeOf(name: string, text: string, max: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > max) throw new UsageError(`${name} ${text}: a whole number from 1 to ${max}`);
  return value;
}

function scaleOf(name: string, text: string): number {
  const scale = Number(text);
  if (!isScale(scale)) throw new UsageError(`${name} ${text}: a power of ten`);
  return scale;
}
