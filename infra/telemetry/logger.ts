/**
 * Logs: one JSON object a line, for machines; on a terminal a readable line instead.
 *
 * Fields come first, words second, as in `logger.info({ group, sequence }, "promoted")`; the words are the same each
 * time so that they can be searched for, and what differs is in the fields. An error goes in as `{ err }`.
 */
import process from "node:process";
import { destination, type Logger as PinoLogger, pino, stdTimeFunctions } from "pino";
import { build as pretty } from "pino-pretty";
import type { Config } from "../config/config.ts";

/** What programs and adapters write their logs with. */
export type Logger = PinoLogger;

/** How a logger is to be. */
export interface LoggerOptions {
  /** The program's name, on every line. */
  readonly program: string;
  readonly level: Config["log"]["level"];
  /** `auto` is pretty on a terminal and JSON elsewhere. */
  readonly format: Config["log"]["format"];
  /** Where JSON lines go instead of standard output, for tests. */
  readonly write?: (line: string) => void;
}

/** Fields whose values never reach a log, at the top of an entry or one level down. */
const secretFields = ["password", "url", "token", "secret", "authorization", "cookie"];

/** Makes the one logger of a program; parts get theirs by `logger.child({ part })`. */
export function createLogger({ program, level, format, write }: LoggerOptions): Logger {
  const settings = {
    level,
    base: { program, pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`]), censor: "[hidden]" },
    serializers: { err: describeError, error: describeError },
  };
  if (write !== undefined) return pino(settings, { write });
  const isPretty = format === "pretty" || (format === "auto" && process.stdout.isTTY === true);
  // Written at once, not from a worker thread: the last lines before an end are the ones that matter.
  if (!isPretty) return pino(settings, destination({ dest: 1, sync: true }));
  return pino(
    settings,
    pretty({
      colorize: process.stdout.isTTY === true,
      translateTime: "SYS:HH:MM:ss.l",
      ignore: "pid,program",
      sync: true,
    }),
  );
}

/**
 * An error without what drivers hang on to it: query text, its parameters and connection settings hold people's
 * data and passwords.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  // Drizzle writes the query and its parameters into the message, and so into the stack's first lines.
  const isQuery = "query" in error && "params" in error;
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: isQuery ? "a query failed" : error.message,
    stack: frames.join("\n"),
    ...(typeof code === "string" && { code }),
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
}
