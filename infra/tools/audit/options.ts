import { asksForHelp, parseArguments, UsageError } from "../../command-line.ts";

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

/** What the command line asks for; null for `--help`. Throws a UsageError. */
export function parseOptions(args: readonly string[]): AuditArguments | null {
  if (asksForHelp(args)) return null;
  const { values } = parsed(args);
  if (values.url !== undefined && !URL.canParse(values.url)) throw new UsageError("--url: not an address");
  return {
    symbol: values.symbol === undefined ? null : values.symbol.replace("-", "/"),
    url: values.url ?? null,
  };
}

function parsed(args: readonly string[]) {
  return parseArguments(args, {
    options: {
      symbol: { type: "string" },
      url: { type: "string" },
    },
  });
}
