import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import type { JournalBatch } from "../engine/ports.ts";
import { chainHash, sameBytes } from "../engine/wire/journal.ts";

/** A row of the journal, and whose it is. */
export interface ArchivedBatch extends JournalBatch {
  readonly group: string;
}

export interface WrittenArchive {
  readonly rows: number;
  /** Of the file. */
  readonly sha256: Uint8Array;
}

/** A file that is not as it was written. */
export class ArchiveDamagedError extends Error {
  override readonly name = "ArchiveDamagedError";
}

/*
 * The file: gzip of JSON lines, one for each row, group by group in the order of their sequences, and a
 * last line that counts them. Every row carries the hash chained over the one before, so a file proves
 * itself; what is cut off is missed by the count.
 */

/** Writes the rows to a new file and has it on the disk when it resolves. Rejects when the file exists. */
export async function writeJournalArchive(
  path: string,
  batches: AsyncIterable<ArchivedBatch>,
): Promise<WrittenArchive> {
  const file = await open(path, "wx", 0o640);
  try {
    let rows = 0;
    async function* lines(): AsyncGenerator<string> {
      for await (const batch of batches) {
        rows += 1;
        yield `${JSON.stringify(toLine(batch))}\n`;
      }
      yield `${JSON.stringify({ rows })}\n`;
    }
    const hash = createHash("sha256");
    await pipeline(Readable.from(lines()), createGzip(), async (chunks: AsyncIterable<Uint8Array>) => {
      for await (const chunk of chunks) {
        hash.update(chunk);
        await file.writeFile(chunk);
      }
    });
    await file.sync();
    return { rows, sha256: new Uint8Array(hash.digest()) };
  } finally {
    await file.close();
  }
}

/**
 * The rows of a file, in order. Throws an ArchiveDamagedError where the file is cut off, or a row does
 * not continue the chain of hashes of the row before.
 */
export async function* readJournalArchive(path: string): AsyncGenerator<ArchivedBatch> {
  const unzipped = createReadStream(path).pipe(createGunzip());
  // A reader of lines does not pass on what goes wrong behind it.
  const damage = new Promise<never>((_, reject) => {
    unzipped.once("error", () => reject(new ArchiveDamagedError("the file is cut off or changed")));
  });
  damage.catch(() => undefined);
  const lines = createInterface({ input: unzipped })[Symbol.asyncIterator]();
  let last: ArchivedBatch | null = null;
  let rows = 0;
  for (;;) {
    const line = await Promise.race([lines.next(), damage]);
    if (line.done === true) throw new ArchiveDamagedError("the file has no end");
    const parsed = parseLine(line.value);
    if ("rows" in parsed) {
      if (parsed.rows !== rows) throw new ArchiveDamagedError(`${rows} rows instead of ${parsed.rows}`);
      return;
    }
    const batch = toBatch(parsed);
    if (last?.group === batch.group && !sameBytes(chainHash(last.hash, batch.group, batch), batch.hash)) {
      throw new ArchiveDamagedError(`the chain of hashes breaks at sequence ${batch.firstSequence}`);
    }
    last = batch;
    rows += 1;
    yield batch;
  }
}

interface Line {
  readonly group: string;
  readonly epoch: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** ISO 8601. */
  readonly time: string;
  readonly rulesVersion: number;
  /** Base64. */
  readonly payload: string;
  readonly hash: string;
}

function toLine({ group, epoch, firstSequence, lastSequence, timeMs, ...rest }: ArchivedBatch): Line {
  return {
    group,
    epoch,
    firstSequence,
    lastSequence,
    time: new Date(timeMs).toISOString(),
    rulesVersion: rest.rulesVersion,
    payload: Buffer.from(rest.payload).toString("base64"),
    hash: Buffer.from(rest.hash).toString("base64"),
  };
}

function toBatch({ time, payload, hash, ...rest }: Line): ArchivedBatch {
  return {
    ...rest,
    timeMs: Date.parse(time),
    payload: new Uint8Array(Buffer.from(payload, "base64")),
    hash: new Uint8Array(Buffer.from(hash, "base64")),
  };
}

function parseLine(text: string): Line | { readonly rows: number } {
  try {
    return JSON.parse(text) as Line | { rows: number };
  } catch {
    throw new ArchiveDamagedError("a line is cut off or changed");
  }
}
