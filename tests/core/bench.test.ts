import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { benchCore } from "../bench/core.ts";
import { benchStreams } from "../bench/core-streams.ts";
import { PINNED_HASHES } from "../bench/pinned-hashes.ts";
import { generateStream, SCENARIOS } from "../bench/workload-generator.ts";
import type { MessageStream } from "../support/workload.ts";

const HEADER_BYTES = 16;
const RECORD_BYTES = 40;

/** A stream as the public workload's files have it. */
function fileOf(stream: MessageStream): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + stream.count * RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < stream.count; index += 1) {
    const at = HEADER_BYTES + index * RECORD_BYTES;
    view.setUint8(at, stream.type[index]!);
    view.setUint8(at + 1, stream.side[index]!);
    view.setUint8(at + 2, stream.ioc[index]!);
    view.setUint32(at + 4, stream.quantity[index]!, true);
    view.setBigUint64(at + 8, BigInt(stream.sequence[index]!), true);
    view.setBigUint64(at + 16, BigInt(stream.orderId[index]!), true);
    view.setBigInt64(at + 24, BigInt(stream.price[index]!), true);
  }
  return bytes;
}

describe("bench core --quick", () => {
  it("runs, names its figures, and its streams give the pinned hashes", { timeout: 120_000 }, () => {
    const rows = benchCore({ quick: true, streams: null });
    const byName = new Map(rows.map((row) => [row.name, row]));
    for (const scenario of SCENARIOS)
      expect(byName.get(`core.${scenario}`)?.note).toBe(PINNED_HASHES[scenario]);
    for (const name of [
      "slowest",
      "wire",
      "vs-nodejs-order-book",
      "bytes-per-order",
      "snapshot",
      "max-pause",
      "alloc",
    ]) {
      expect(byName.get(`core.${name}`)?.runs).toBeGreaterThan(0);
    }
    expect(byName.size).toBe(rows.length);
  });

  it("takes recorded streams in place of its own, and tells each one's report hash", () => {
    const folder = mkdtempSync(join(tmpdir(), "streams-"));
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "recorded.bin"), fileOf(generateStream("swing-40", 5_000, 7)));
      writeFileSync(join(folder, "README.md"), "not a stream");
      const rows = benchStreams({ quick: true, streams: folder });
      expect(rows.map((row) => row.name)).toEqual([
        "core.recorded",
        "core.slowest",
        "core.plain-book",
        "core.vs-nodejs-order-book",
      ]);
      expect(rows[0]?.note).toBe(PINNED_HASHES["swing-40"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
