import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MatchingCore } from "../../engine/core/matching-core.ts";
import { SnapshotError } from "../../engine/core/snapshot-error.ts";
import { hashBytes, hashText } from "../../engine/core/state-hash.ts";
import { CommandKind } from "../../engine/core/terms.ts";
import { generateStream } from "../bench/workload-generator.ts";
import { runsOf } from "../model/drive.ts";
import { history } from "../model/generate.ts";
import { HistoryCommands } from "../model/history-commands.ts";
import { CASCADES, DEEP, EVERYTHING } from "../model/profiles.ts";
import { TwinSubject } from "../model/subject.ts";
import { eventsText } from "../support/core-events.ts";
import { loadMessage, workloadCommand, workloadCore } from "../support/workload.ts";

const FORMAT_AT = 8;
const CHECKSUM_BYTES = 16;

/** A core with a random history behind it, its last commands, and every command of it. */
function coreAfter(seed: number, length: number): MatchingCore {
  const drawn = fc.sample(history(EVERYTHING, length), { numRuns: 8, seed }).at(-1);
  const twin = new TwinSubject();
  const core = new MatchingCore();
  for (const command of new HistoryCommands(twin.twin).of(drawn!)) {
    core.apply(command);
    twin.apply(command);
  }
  return core;
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function faultOf(bytes: Uint8Array): string {
  try {
    MatchingCore.restore(bytes);
    return "none";
  } catch (error) {
    return error instanceof SnapshotError ? error.fault : `not a SnapshotError: ${String(error)}`;
  }
}

describe("snapshot() and restore()", () => {
  for (const profile of [EVERYTHING, DEEP, CASCADES]) {
    it(`at any point, then the rest, are the whole run: ${profile.name}`, { timeout: 120_000 }, () => {
      const check = (drawn: Parameters<HistoryCommands["of"]>[0], every: number): void => {
        const twin = new TwinSubject();
        const whole = new MatchingCore();
        let restored = new MatchingCore({ orderCapacity: 1 });
        let count = 0;
        for (const command of new HistoryCommands(twin.twin).of(drawn)) {
          whole.apply(command);
          restored.apply(command);
          twin.apply(command);
          expect(eventsText(restored)).toEqual(eventsText(whole));
          count += 1;
          if (count % every !== 0) continue;
          const bytes = restored.snapshot();
          restored = MatchingCore.restore(bytes);
          expect(restored.snapshot()).toEqual(bytes);
          expect(restored.stateHash()).toBe(whole.stateHash());
        }
        expect(restored.snapshot()).toEqual(whole.snapshot());
      };
      fc.assert(fc.property(history(profile, 200), fc.integer({ min: 1, max: 40 }), check), {
        numRuns: runsOf(25),
      });
    });
  }

  it("give an empty core an equal one", () => {
    const core = MatchingCore.restore(new MatchingCore().snapshot());
    expect(core.lastSequence).toBe(0);
    expect(core.stateHash()).toBe(new MatchingCore().stateHash());
  });

  it("keep every text as it was", () => {
    const core = coreAfter(3, 60);
    expect(MatchingCore.restore(core.snapshot()).snapshot()).toEqual(core.snapshot());
  });
});

describe("snapshotSteps()", () => {
  /** More orders than a step takes. */
  function largeCore(): MatchingCore {
    const core = workloadCore();
    const stream = generateStream("static", 60_000, 3);
    const command = workloadCommand();
    for (let index = 0; index < stream.count; index += 1) {
      loadMessage(stream, index, command);
      // What would go again stays, so that the book grows.
      if (command.kind !== CommandKind.Place) continue;
      command.sequence = core.lastSequence + 1;
      core.apply(command);
    }
    return core;
  }

  it("make the same bytes with pauses between", () => {
    const core = largeCore();
    expect(core.openOrderCount).toBeGreaterThan(20_000);
    const steps = core.snapshotSteps();
    let pauses = 0;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) pauses += 1;
    expect(pauses).toBeGreaterThan(8);
    expect(digest(step.value)).toBe(digest(core.snapshot()));
  });

  it("refuse to go on when a command came between two of them", () => {
    const core = largeCore();
    const steps = core.snapshotSteps();
    steps.next();
    const command = workloadCommand();
    command.kind = CommandKind.Cancel;
    command.sequence = core.lastSequence + 1;
    core.apply(command);
    expect(() => steps.next()).toThrow("a command came between two steps");
  });
});

describe("the checksum of snapshots", () => {
  it("is what it was in snapshots that are stored already", () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, index) => (index * 37 + 11) & 255);
    expect(hashText(hashBytes(bytes, 0, bytes.length))).toBe("6043fae4e39f937540f30bc67502ded4");
  });
});

describe("restore() refuses", () => {
  const bytes = coreAfter(5, 200).snapshot();

  it("a snapshot with any byte changed", () => {
    for (let at = 0; at < bytes.length; at += 1 + Math.floor(bytes.length / 400)) {
      const changed = bytes.slice();
      changed[at] = changed[at]! ^ (1 << (at % 8));
      expect(faultOf(changed)).toMatch(/^(FOREIGN|OLDER_FORMAT|NEWER_FORMAT|CORRUPT)$/);
    }
  });

  it("a snapshot cut anywhere, or longer than it was", () => {
    for (let length = 0; length < bytes.length; length += 1 + Math.floor(bytes.length / 200)) {
      expect(faultOf(bytes.subarray(0, length))).toMatch(/^(FOREIGN|CORRUPT)$/);
    }
    expect(faultOf(Uint8Array.of(...bytes, 0))).toBe("CORRUPT");
  });

  it("other bytes as FOREIGN", () => {
    expect(faultOf(new Uint8Array(0))).toBe("FOREIGN");
    expect(faultOf(new Uint8Array(1_000).fill(7))).toBe("FOREIGN");
  });

  it("another format by its name", () => {
    const other = (format: number): Uint8Array => {
      const changed = bytes.slice();
      const view = new DataView(changed.buffer);
      view.setInt32(FORMAT_AT, format, true);
      const end = changed.length - CHECKSUM_BYTES;
      hashBytes(changed, 0, end).forEach((word, index) => {
        view.setUint32(end + index * 4, word, true);
      });
      return changed;
    };
    expect(faultOf(other(0))).toBe("OLDER_FORMAT");
    expect(faultOf(other(2))).toBe("NEWER_FORMAT");
    expect(faultOf(other(1))).toBe("none");
  });
});

describe("stateHash()", () => {
  it("does not depend on slots, capacity, or the order in which users were met", () => {
    const core = coreAfter(11, 200);
    const moved = MatchingCore.restore(core.snapshot(), { orderCapacity: 100_000 });
    expect(moved.stateHash()).toBe(core.stateHash());
    expect(core.stateHash()).toMatch(/^[0-9a-f]{32}$/);
  });

  it("changes with the state", () => {
    const hashes = new Set([1, 2, 3, 4].map((seed) => coreAfter(seed, 200).stateHash()));
    expect(hashes.size).toBe(4);
  });
});
