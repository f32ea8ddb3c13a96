import { parseArgs } from "node:util";

export const USAGE = `npm run audit -- [options]

Checks the whole database against every guarantee that shows at rest: the journal's chain, its replay
against orders, trades and books, conservation, gaps, orphans, doubles. Reads one moment of it and
changes nothing: it may run while the system trades.

  --symbol S     look at one symbol only (BTC/USDT; its group's journal is read all the same)
  --url URL      the database (default: as configured, see config.example.yaml and .env.example)

Exit codes: 0 everything holds, 1 something does not, 2 it could not be looked at.
`;

export interface AuditArguments {
  readonly symbol: string | null;
  readonly url: string | null;
}

/** An argument that cannot be used; the message says which and why. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What the command line asks for; null for `--help`. Throws a UsageError. */
export function parseOptions(args: readonly string[]): AuditArguments | null {
  const values = parsed(args);
  if (values.help === true) return null;
  if (values.url !== undefined && !URL.canParse(values.url)) throw new UsageError("--url: not an address");
  return {
    symbol: values.symbol === undefined ? null : values.symbol.replace("-", "/"),
    url: values.url ?? null,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      // npm takes its own `--` away; a launcher started directly passes it on.
      args: args[0] === "--" ? args.slice(1) : [...args],
      options: {
        symbol: { type: "string" },
        url: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
