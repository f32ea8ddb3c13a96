import { asksForHelp, parseArguments, UsageError } from "../../command-line.ts";

export const USAGE = `npm run scenarios -- FILE.jsonl… [options]

Runs scenario files (one JSON object a line: steps, and what must be seen after each) through the
engine's core, or over HTTP, and prints each scenario that differs with the step and both values.

  --http URL              over the public API of a running engine; each scenario gets a new symbol.
                          Given several times, requests go to each in turn
  --token TOKEN           who makes the symbols (default: dev:scenarios)
  --token-prefix PREFIX   before a user's name in their bearer token (default: dev:)
  --only TEXT             only scenarios whose name contains it
  --strict                what cannot be checked counts as a failure
`;

export interface ScenarioOptions {
  readonly files: readonly string[];
  /** Null: through the core. */
  readonly http: readonly string[] | null;
  readonly token: string;
  readonly tokenPrefix: string;
  readonly only: string;
  readonly strict: boolean;
}

/** What the command line asks for; null for `--help`. Throws a UsageError. */
export function parseOptions(args: readonly string[]): ScenarioOptions | null {
  if (asksForHelp(args)) return null;
  const { values, positionals } = parsed(args);
  if (positionals.length === 0) throw new UsageError("at least one FILE is needed");
  const wrong = values.http?.find((url) => !URL.canParse(url));
  if (wrong !== undefined) throw new UsageError(`--http ${wrong}: not an address`);
  return {
    files: positionals,
    http: values.http ?? null,
    token: values.token,
    tokenPrefix: values["token-prefix"],
    only: values.only,
    strict: values.strict === true,
  };
}

function parsed(args: readonly string[]) {
  return parseArguments(args, {
    allowPositionals: true,
    options: {
      http: { type: "string", multiple: true },
      token: { type: "string", default: "dev:scenarios" },
      "token-prefix": { type: "string", default: "dev:" },
      only: { type: "string", default: "" },
      strict: { type: "boolean" },
    },
  });
}
