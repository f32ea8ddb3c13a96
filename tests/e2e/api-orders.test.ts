import { afterAll, beforeAll, describe } from "vitest";
import { dataFolder, type EmbeddedRun, startEmbedded } from "../support/embedded-engine.ts";
import { changing } from "./api-resources/changing.ts";
import { operating } from "./api-resources/operating.ts";
import { orderTypes } from "./api-resources/order-types.ts";
import { placing } from "./api-resources/placing.ts";
import { reading } from "./api-resources/reading.ts";
import { Served } from "./api-resources/served.ts";

/** The interface on a running engine: one process for all of these, a symbol of its own for each. */

const folder = dataFolder();
let run: EmbeddedRun;

beforeAll(async () => {
  run = await startEmbedded("deno", folder.directory);
});

afterAll(async () => {
  await run?.stop();
  folder.remove();
});

const served = new Served(() => run.origin);

describe("orders, placed", () => placing(served));
describe("orders, changed", () => changing(served));
describe("orders and markets, read", () => reading(served));
describe("stops and lists", () => orderTypes(served));
describe("operators", () => operating(served));
