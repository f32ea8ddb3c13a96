import { Buffer } from "node:buffer";
import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { ArchiveError } from "./archive-error.ts";
import { ARCHIVE_FORMAT, ARCHIVE_VERSION, type ArchiveHeader, archiveHeader } from "./header.ts";

/*
 * An archive is one gzip stream of frames: a letter, a length (4 bytes, big end first), so many bytes.
 *
 *   H  the header (JSON)                                   once, first
 *   T  a table begins (its name)                           for each table, in the header's order
 *   D  a piece of the table's COPY stream (binary)         as many as it takes
 *   E  the table ends
 *   Z  SHA-256 of every byte before this frame (hex)       once, last
 */
export type FrameKind = "H" | "T" | "D" | "E" | "Z";

export interface Frame {
  readonly kind: FrameKind;
  readonly body: Buffer;
}

const HEAD_BYTES = 5;
const HIGHEST_BODY_BYTES = 64 << 20;
const KINDS = "HTDEZ";

/** Makes frames, and the checksum over them. */
export class FrameWriter {
  readonly #hash: Hash = createHash("sha256");

  frame(kind: Exclude<FrameKind, "Z">, body: Uint8Array | string): Buffer {
    const bytes = encode(kind, body);
    this.#hash.update(bytes);
    return bytes;
  }

  end(): Buffer {
    return encode("Z", this.#hash.digest("hex"));
  }
}

function encode(kind: FrameKind, body: Uint8Array | string): Buffer {
  const content = typeof body === "string" ? Buffer.from(body) : body;
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  head.write(kind, 0, "latin1");
  head.writeUInt32BE(content.length, 1);
  return Buffer.concat([head, content]);
}

/** An archive as it is read: its header, then the frames of its tables, to the end and the checksum. */
export interface OpenArchive {
  readonly header: ArchiveHeader;
  /** T, D and E frames. Ends when the archive is whole; throws an ArchiveError where it is not. */
  readonly frames: AsyncGenerator<Frame>;
}

/** Throws an ArchiveError for what is no archive of this engine's, or one of a later format. */
export async function openArchive(file: string): Promise<OpenArchive> {
  const hash = createHash("sha256");
  const frames = readFrames(file, hash);
  const first = await frames.next();
  if (first.done === true || first.value.kind !== "H") throw foreign(file);
  return { header: readHeader(file, first.value.body), frames };
}

function readHeader(file: string, body: Buffer): ArchiveHeader {
  let json: unknown;
  try {
    json = JSON.parse(body.toString("utf8"));
  } catch {
    throw foreign(file);
  }
  const { format, version } = (json ?? {}) as { format?: unknown; version?: unknown };
  if (format !== ARCHIVE_FORMAT) throw foreign(file);
  if (version !== ARCHIVE_VERSION) {
    throw new ArchiveError(
      `${file} has archive format ${String(version)}; this program reads ${ARCHIVE_VERSION}: use the one that wrote it`,
    );
  }
  const parsed = archiveHeader.safeParse(json);
  if (!parsed.success) throw foreign(file);
  return parsed.data;
}

async function* readFrames(file: string, hash: Hash): AsyncGenerator<Frame> {
  const bytes = createGunzip();
  pipeline(createReadStream(file), bytes, () => undefined);
  let rest: Buffer = Buffer.alloc(0);
  let isFirst = true;
  try {
    for await (const chunk of bytes as AsyncIterable<Buffer>) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let at = 0;
      for (
        let frame = frameAt(file, rest, at, isFirst);
        frame !== null;
        frame = frameAt(file, rest, at, isFirst)
      ) {
        isFirst = false;
        const end = at + HEAD_BYTES + frame.body.length;
        if (frame.kind === "Z") {
          if (end !== rest.length || frame.body.toString() !== hash.digest("hex")) throw damaged(file);
          return;
        }
        hash.update(rest.subarray(at, end));
        at = end;
        yield frame;
      }
      rest = rest.subarray(at);
    }
  } catch (cause) {
    if (cause instanceof ArchiveError) throw cause;
    throw faultOf(file, cause, isFirst);
  } finally {
    bytes.destroy();
  }
  throw torn(file);
}

/** The frame that begins at a place; null while it is not whole. */
function frameAt(file: string, bytes: Buffer, at: number, isFirst: boolean): Frame | null {
  if (bytes.length - at < HEAD_BYTES) return null;
  const kind = String.fromCharCode(bytes[at] ?? 0) as FrameKind;
  const length = bytes.readUInt32BE(at + 1);
  if (!KINDS.includes(kind) || length > HIGHEST_BODY_BYTES) throw isFirst ? foreign(file) : damaged(file);
  const end = at + HEAD_BYTES + length;
  return bytes.length < end ? null : { kind, body: bytes.subarray(at + HEAD_BYTES, end) };
}

function faultOf(file: string, cause: unknown, isFirst: boolean): ArchiveError {
  const { code } = cause as { code?: string };
  if (code === "ENOENT") return new ArchiveError(`${file} is not there`);
  if (code === "EACCES" || code === "EISDIR") return new ArchiveError(`${file} cannot be read: ${code}`);
  if (code === "Z_BUF_ERROR") return torn(file);
  return isFirst ? foreign(file) : damaged(file);
}

const foreign = (file: string) => new ArchiveError(`${file} is no backup of this engine`);
const torn = (file: string) =>
  new ArchiveError(`${file} ends too soon: the backup was not finished, or is cut off`);
const damaged = (file: string) => new ArchiveError(`${file} is damaged: its checksum does not hold`);
