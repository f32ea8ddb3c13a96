import { Buffer } from "node:buffer";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CopyRows } from "../../../infra/tools/archive/copy-rows.ts";
import { FrameWriter, openArchive } from "../../../infra/tools/archive/frames.ts";
import { ARCHIVE_FORMAT, type ArchiveHeader } from "../../../infra/tools/archive/header.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trade-engine-archive-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A binary COPY stream, as PostgreSQL's manual describes it. */
function copyStream(rows: readonly (readonly (Uint8Array | null)[])[], extension = 0): Buffer {
  const int = (value: number, bytes: 2 | 4): Buffer => {
    const buffer = Buffer.alloc(bytes);
    if (bytes === 2) buffer.writeInt16BE(value);
    else buffer.writeInt32BE(value);
    return buffer;
  };
  const fields = (row: readonly (Uint8Array | null)[]): Buffer[] =>
    row.flatMap((field) => (field === null ? [int(-1, 4)] : [int(field.length, 4), Buffer.from(field)]));
  return Buffer.concat([
    Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"),
    int(0, 4),
    int(extension, 4),
    Buffer.alloc(extension),
    ...rows.flatMap((row) => [int(row.length, 2), ...fields(row)]),
    int(-1, 2),
  ]);
}

describe("the rows of a COPY stream", () => {
  it("are counted wherever the stream is cut", () => {
    const row = fc.array(fc.option(fc.uint8Array({ maxLength: 40 })), { maxLength: 5 });
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 12 }),
        fc.nat(9),
        fc.infiniteStream(fc.integer({ min: 1, max: 30 })),
        (rows, extension, sizes) => {
          const stream = copyStream(rows, extension);
          const counter = new CopyRows();
          for (let at = 0; at < stream.length; ) {
            expect(counter.isComplete).toBe(false);
            const size = sizes.next().value ?? 1;
            counter.push(stream.subarray(at, at + size));
            at += size;
          }
          expect(counter).toMatchObject({ rows: rows.length, isComplete: true });
        },
      ),
    );
  });
});

const HEADER: ArchiveHeader = {
  format: ARCHIVE_FORMAT,
  version: 1,
  takenAt: "2026-11-23T20:00:00.000Z",
  postgres: "16.4",
  migrations: [{ name: "0000_tables", hash: "00" }],
  partitions: [],
  sequences: [],
  tables: [{ name: "orders", columns: ["order_id"], rows: 1 }],
  groups: [],
};

function archive(header: object = HEADER): Buffer {
  const writer = new FrameWriter();
  return Buffer.concat([
    writer.frame("H", JSON.stringify(header)),
    writer.frame("T", "orders"),
    writer.frame("D", copyStream([[new Uint8Array(200)]])),
    writer.frame("E", ""),
    writer.end(),
  ]);
}

/** Reads a file of these bytes to its end; what it says of it, or "whole". */
async function verdictOn(bytes: Uint8Array): Promise<string> {
  const file = join(folder, "a.backup");
  writeFileSync(file, bytes);
  try {
    const { frames } = await openArchive(file);
    for await (const _frame of frames);
    return "whole";
  } catch (error) {
    expect((error as Error).name).toBe("ArchiveError");
    return (error as Error).message.replace(file, "it");
  }
}

describe("an archive", () => {
  it("is read to its checksum", async () => {
    expect(await verdictOn(gzipSync(archive()))).toBe("whole");
  });

  it("that is cut off anywhere is not whole", async () => {
    const bytes = gzipSync(archive());
    // The compression's own last bytes say nothing that the archive's checksum has not said.
    for (let length = 0; length < bytes.length - 16; length += 7) {
      expect(await verdictOn(bytes.subarray(0, length))).toMatch(
        /^it (ends too soon|is no backup|is damaged)/,
      );
    }
    const frames = archive();
    expect(await verdictOn(gzipSync(frames.subarray(0, frames.length - 69)))).toMatch(/^it ends too soon/);
  });

  it("with a changed byte is damaged, even where the compression does not notice", async () => {
    const frames = archive();
    for (let at = 400; at < frames.length; at += 13) {
      const changed = Buffer.from(frames);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(await verdictOn(gzipSync(changed))).toMatch(/^it (is damaged|ends too soon)/);
    }
  });

  it("of something else, or of a later format, is refused by name", async () => {
    expect(await verdictOn(Buffer.from("-- PostgreSQL database dump"))).toBe(
      "it is no backup of this engine",
    );
    expect(await verdictOn(gzipSync("hello, this is text"))).toBe("it is no backup of this engine");
    expect(await verdictOn(gzipSync(archive({ ...HEADER, format: "other" })))).toBe(
      "it is no backup of this engine",
    );
    expect(await verdictOn(gzipSync(archive({ ...HEADER, version: 9 })))).toBe(
      "it has archive format 9; this program reads 1: use the one that wrote it",
    );
  });
});
