import { createReadStream, type ReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";

/** No line of the known formats is near this; a longer one is no text file. */
const LONGEST_LINE_CHARS = 1_048_576;

export interface NumberedLine {
  readonly text: string;
  /** From 1. */
  readonly number: number;
}

/** How far a file has been read: bytes as they stand on the disk. */
export interface FileProgress {
  readBytes: number;
  sizeBytes: number;
}

/** The file cannot be read as lines of text; the message says what and where. */
export class UnreadableFileError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UnreadableFileError";
  }
}

/**
 * The lines of a UTF-8 text file, plain or gzip (told by its first bytes, not by its name), read as a
 * stream: a file of any size takes a constant amount of memory. Line ends are LF or CRLF, the last
 * one optional; a byte order mark is dropped.
 * @param progress kept up to date
 */
export async function* textLines(path: string, progress?: FileProgress): AsyncGenerator<NumberedLine> {
  const { raw, source, sizeBytes } = await openStream(path);
  if (progress !== undefined) progress.sizeBytes = sizeBytes;
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  let number = 0;
  try {
    for await (const chunk of source) {
      if (progress !== undefined) progress.readBytes = raw.bytesRead;
      const text = rest + decoder.decode(chunk as Uint8Array, { stream: true });
      let start = 0;
      for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
        number += 1;
        yield { text: withoutReturn(text.slice(start, end)), number };
        start = end + 1;
      }
      rest = text.slice(start);
      if (rest.length > LONGEST_LINE_CHARS) {
        throw new UnreadableFileError(`${path}: line ${number + 1} is longer than a line can be`);
      }
    }
    rest += decoder.decode();
  } catch (error) {
    if (error instanceof UnreadableFileError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreadableFileError(`${path}: after line ${number}: ${reason}`, { cause: error });
  } finally {
    source.destroy();
  }
  if (rest !== "") yield { text: withoutReturn(rest), number: number + 1 };
}

interface OpenFile {
  readonly raw: ReadStream;
  /** What the lines are in: `raw`, or what it unpacks to. */
  readonly source: Readable;
  readonly sizeBytes: number;
}

async function openStream(path: string): Promise<OpenFile> {
  let head: Uint8Array;
  let sizeBytes: number;
  try {
    const file = await open(path, "r");
    try {
      sizeBytes = (await file.stat()).size;
      head = new Uint8Array(2);
      const { bytesRead } = await file.read(head, 0, 2, 0);
      head = head.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnreadableFileError(`${path}: ${reason}`, { cause: error });
  }
  if (sizeBytes === 0) throw new UnreadableFileError(`${path}: the file is empty`);
  const raw = createReadStream(path, { highWaterMark: 65_536 });
  if (head[0] !== 0x1f || head[1] !== 0x8b) return { raw, source: raw, sizeBytes };
  // `pipeline` hands an error of the file on to the stream that is read.
  return { raw, source: pipeline(raw, createGunzip(), () => {}), sizeBytes };
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
