import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fromEnvFile } from "../../../infra/dev/launch/env-file.mjs";

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "trade-engine-env-"));
  file = join(folder, ".env");
  writeFileSync(file, "LOG_LEVEL=warn\nPOSTGRES_HOST=db\nPOSTGRES_PASSWORD='p w'\nREDIS_HOST=cache\n");
});

afterEach(() => rmSync(folder, { recursive: true }));

describe("the .env of the checkout", () => {
  it("adds what the environment does not say", () => {
    expect(fromEnvFile(file, { LOG_LEVEL: "debug" })).toEqual({
      POSTGRES_HOST: "db",
      POSTGRES_PASSWORD: "p w",
      REDIS_HOST: "cache",
    });
  });

  it("adds no parts of a service that the environment names by its whole address", () => {
    expect(fromEnvFile(file, { POSTGRES_URL: "postgres://elsewhere/x" })).toEqual({
      LOG_LEVEL: "warn",
      REDIS_HOST: "cache",
    });
  });

  it("may be missing", () => {
    expect(fromEnvFile(join(folder, "none"), {})).toEqual({});
  });
});
