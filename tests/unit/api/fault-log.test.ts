import { describe, expect, it } from "vitest";
import { FaultLog } from "../../../api/fault-log.ts";
import { UnavailableError } from "../../../engine/ports.ts";

function keptLog() {
  const lines: { level: string; facts: object }[] = [];
  const at = (level: string) => (facts: object) => void lines.push({ level, facts });
  return { lines, logger: { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") } };
}

describe("faults that a part gets over by itself", () => {
  it("are told at once, then at most every 10 s with how many there were", () => {
    const { lines, logger } = keptLog();
    let nowMs = 0;
    const faults = new FaultLog(logger, "candles", () => nowMs);
    const away = new UnavailableError("database", "away");
    for (nowMs = 0; nowMs < 10_000; nowMs += 1_000) faults.tell(away);
    expect(lines).toEqual([{ level: "warn", facts: { part: "candles", faults: 1, dependency: "database" } }]);
    faults.tell(away);
    expect(lines[1]?.facts).toEqual({ part: "candles", faults: 10, dependency: "database" });
  });

  it("are errors where nobody foresaw them, told by place and never by a message", () => {
    const { lines, logger } = keptLog();
    new FaultLog(logger, "candles").tell(new TypeError("a driver's words: secret"));
    expect(lines[0]).toMatchObject({ level: "error", facts: { fault: "TypeError" } });
    expect(JSON.stringify(lines)).not.toContain("secret");
  });

  it("reach the caller of a watched function all the same", async () => {
    const { lines, logger } = keptLog();
    const away = new UnavailableError("redis", "away");
    const read = new FaultLog(logger, "books").watching(async (symbol: number) => {
      if (symbol === 0) throw away;
      return symbol;
    });
    expect(await read(7)).toBe(7);
    await expect(read(0)).rejects.toBe(away);
    expect(lines).toHaveLength(1);
  });
});
