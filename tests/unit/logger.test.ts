import { beforeEach, describe, expect, it } from "vitest";
import { createLogger, type Logger } from "../../infra/telemetry/logger.ts";

let lines: Record<string, unknown>[];
let logger: Logger;

beforeEach(() => {
  lines = [];
  logger = createLogger({
    program: "api",
    level: "info",
    format: "json",
    write: (line) => lines.push(JSON.parse(line)),
  });
});

describe("the logger", () => {
  it("writes one JSON object with level, time, program, fields and words", () => {
    logger.child({ group: "main" }).info({ sequence: 7 }, "promoted");
    expect(lines).toEqual([
      expect.objectContaining({ level: "info", program: "api", group: "main", sequence: 7, msg: "promoted" }),
    ]);
    expect(lines[0]?.["time"]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it("leaves out what is below its level", () => {
    logger.debug({}, "unheard");
    expect(lines).toEqual([]);
  });

  it("hides passwords, addresses and tokens", () => {
    logger.info(
      { url: "postgres://u:hush@db", database: { password: "hush" }, authorization: "Bearer hush" },
      "up",
    );
    expect(JSON.stringify(lines)).not.toContain("hush");
  });

  it("writes an error with its code and cause, and without what a driver hung on to it", () => {
    const cause = Object.assign(new Error("duplicate"), {
      code: "23505",
      parameters: ["hush"],
      query: "insert hush",
    });
    logger.error({ err: new Error("not stored", { cause }) }, "failed");
    expect(lines[0]?.["err"]).toMatchObject({
      type: "Error",
      message: "not stored",
      cause: { code: "23505", message: "duplicate" },
    });
    expect(JSON.stringify(lines)).not.toContain("hush");
  });

  it("writes a failed query without its text and parameters", () => {
    const failure = Object.assign(new Error("Failed query: insert hush\nparams: hush"), {
      query: "",
      params: ["hush"],
    });
    logger.error({ err: failure }, "failed");
    expect(lines[0]?.["err"]).toMatchObject({ message: "a query failed" });
    expect(JSON.stringify(lines)).not.toContain("hush");
  });
});
