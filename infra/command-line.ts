/**
 * The arguments of the command-line tools: one way to read them, and to say what is wrong with them. A tool
 * gives its usage, whose first line begins with its own name: `npm run NAME -- …`.
 */
import process from "node:process";
import { type ParseArgsConfig, parseArgs } from "node:util";

/** An argument that cannot be used; the message says which and why, in one line. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What ends a tool whose arguments cannot be used. */
const USAGE_EXIT_CODE = 2;

/** Whether `--help` or `-h` is among the arguments. */
export function asksForHelp(args: readonly string[]): boolean {
  return args.includes("--help") || args.includes("-h");
}

/** As node's `parseArgs`; throws a UsageError for what it does not know or what has no value. */
export function parseArguments<Config extends ParseArgsConfig>(args: readonly string[], config: Config) {
  try {
    // npm takes its own `--` away; a launcher started directly passes it on.
    return parseArgs({ ...config, args: args[0] === "--" ? args.slice(1) : [...args] });
  } catch (error) {
    // After the first sentence it explains how to give a positional argument that begins with a dash.
    throw new UsageError(error instanceof Error ? (error.message.split(/\. /)[0] ?? "") : String(error));
  }
}

/**
 * The arguments of this process. Does not return where they ask for help (the usage on standard output, exit
 * code 0) or cannot be used (a line on standard error, exit code 2).
 */
export function readCommandLine<Config extends ParseArgsConfig>(usage: string, config: Config) {
  const args = process.argv.slice(2);
  if (asksForHelp(args)) {
    process.stdout.write(usage);
    process.exit(0);
  }
  try {
    return parseArguments(args, config);
  } catch (error) {
    if (error instanceof UsageError) return endUnusable(usage, error.message);
    throw error;
  }
}

/** Ends this process for arguments that cannot be used: a line on standard error, exit code 2. */
export function endUnusable(usage: string, fault: string): never {
  process.stderr.write(unusable(usage, fault));
  process.exit(USAGE_EXIT_CODE);
}

/** `npm run bench: Unknown option '--quik' (npm run bench -- --help shows them all)` */
export function unusable(usage: string, fault: string): string {
  const tool = usage.split(/ -- |\n/)[0] ?? "";
  return `${tool}: ${fault} (${tool} -- --help shows what it takes)\n`;
}
