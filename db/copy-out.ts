import type { Buffer } from "node:buffer";
import type { Readable } from "node:stream";

/**
 * What a `copy … to stdout` sends, in pieces, as fast as they are taken. The connection must be this statement's
 * alone until the end.
 */
export async function* copyOut(statement: {
  readable(): Promise<Readable>;
}): AsyncGenerator<Buffer, void, undefined> {
  const stream = await statement.readable();
  for await (const piece of stream as AsyncIterable<Buffer>) yield piece;
  // postgres.js pauses its socket where the stream is full, and resumes it when more is read. Where the stream was
  // full at its very end, nothing more is ever read, and the next statement would wait for ever.
  stream._read(0);
}
