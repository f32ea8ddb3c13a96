import { CommandsReader } from "./commands-reader.ts";
import { type FlowCommand, type FlowReader, MalformedLineError } from "./flow-command.ts";
import { LobsterReader } from "./lobster-reader.ts";
import { type FileProgress, textLines } from "./text-lines.ts";

export interface OrderFlow {
  /** In the file's order. Ends with the error of the first malformed line unless that is taken. */
  readonly commands: AsyncGenerator<FlowCommand>;
  /** Filled while `commands` is read. */
  readonly stats: FlowStats;
}

export interface FlowStats {
  format: "LOBSTER messages" | "commands" | "unknown";
  lines: number;
  malformed: number;
  leftOut: ReadonlyMap<string, number>;
  readonly file: FileProgress;
}

/**
 * The commands of a recorded order flow: LOBSTER's CSV or the JSONL of commands, plain or gzip, told
 * apart by content.
 * @param onMalformed hears of each malformed line and says whether to go on; the default stops
 * @throws MalformedLineError, UnreadableFileError while reading
 */
export function readOrderFlow(
  path: string,
  onMalformed: (error: MalformedLineError) => boolean = () => false,
): OrderFlow {
  const stats: FlowStats = {
    format: "unknown",
    lines: 0,
    malformed: 0,
    leftOut: new Map(),
    file: { readBytes: 0, sizeBytes: 0 },
  };
  return { commands: readCommands(path, onMalformed, stats), stats };
}

async function* readCommands(
  path: string,
  onMalformed: (error: MalformedLineError) => boolean,
  stats: FlowStats,
): AsyncGenerator<FlowCommand> {
  let reader: FlowReader | null = null;
  for await (const { text, number } of textLines(path, stats.file)) {
    stats.lines = number;
    if (reader === null && text.trim() !== "") {
      const isJson = text.trimStart().startsWith("{");
      reader = isJson ? new CommandsReader() : new LobsterReader();
      stats.format = isJson ? "commands" : "LOBSTER messages";
      stats.leftOut = reader.leftOut;
    }
    if (reader === null) continue;
    let commands: readonly FlowCommand[];
    try {
      commands = reader.line(text, number);
    } catch (error) {
      if (!(error instanceof MalformedLineError)) throw error;
      stats.malformed += 1;
      if (!onMalformed(error)) throw error;
      continue;
    }
    yield* commands;
  }
  if (reader !== null) yield* reader.end();
}
