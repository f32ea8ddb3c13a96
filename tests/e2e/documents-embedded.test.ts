import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { commandBlocks } from "../support/document-commands.ts";
import { dataFolder, type EmbeddedRun, startEmbedded } from "../support/embedded-engine.ts";
import { runBlock } from "../support/run-document.ts";

/** A newcomer's path: what README and docs say to type beside a running `npm start`, typed. */

const files = dataFolder();
const backups = join(files.directory, "backups");
let run: EmbeddedRun;

beforeAll(async () => {
  mkdirSync(backups);
  run = await startEmbedded("deno", files.directory);
});

afterAll(async () => {
  await run.stop();
  files.remove();
});

const blocks = commandBlocks().filter(({ needs }) => needs === "embedded");

it.each(blocks.map((block) => [`${block.document}:${block.line}`, block] as const))(
  "%s does what it says",
  async (_place, block) => {
    const { code, output } = await runBlock(block, {
      env: {
        TRADE_ENGINE_DATA_DIRECTORY: files.directory,
        TRADE_ENGINE_SERVER_HTTP_PORT: new URL(run.origin).port,
      },
      replace: [
        ["http://127.0.0.1:8080", run.origin],
        ["npm run replay --", `npm run replay -- --url ${run.origin}`],
        [" backups/", ` ${backups}/`],
      ],
    });
    expect(code, output).toBe(0);
    // Where the document shows an answer, it is that answer.
    if (block.script.includes("/api/v1/orders")) expect(output).toContain('"status":"FILLED"');
  },
);
