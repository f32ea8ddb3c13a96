import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { waitFor } from "../../infra/dev/services/wait.ts";
import { commandBlocks } from "../support/document-commands.ts";
import { dataFolder, type EmbeddedRun, startEmbedded } from "../support/embedded-engine.ts";
import { HttpCaller } from "../support/http-caller.ts";
import { runBlock } from "../support/run-document.ts";

/** A newcomer's path: what README and docs say to type beside a running `npm start`, typed. */

const files = dataFolder();
const backups = join(files.directory, "backups");
let run: EmbeddedRun;

beforeAll(async () => {
  mkdirSync(backups);
  run = await startEmbedded("deno", files.directory, {
    TRADE_ENGINE_AUTH_KEY_ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString("base64")}`,
  });
});

/** What api.md calls $key and $secret. */
async function keyAndSecret(): Promise<{ key: string; secret: string }> {
  const body = { name: "a key", kind: "HMAC_SHA256", scopes: ["read", "trade"] };
  const made = await new HttpCaller(run.origin, "alice").call("POST", "/api-keys", body);
  expect(made.status).toBe(201);
  return { key: made.body.apiKey.keyId, secret: made.body.secret };
}

/** The embedded run takes signed orders once no nonce from before its start can be replayed: seconds. */
const NONCES_TELL_WITHIN_MS = 30_000;

afterAll(async () => {
  await run.stop();
  files.remove();
});

const blocks = commandBlocks().filter(({ needs }) => needs === "embedded");

it.each(blocks.map((block) => [`${block.document}:${block.line}`, block] as const))(
  "%s does what it says",
  async (_place, block) => {
    const signs = block.script.includes("$secret");
    const surroundings = {
      env: {
        TRADE_ENGINE_DATA_DIRECTORY: files.directory,
        TRADE_ENGINE_SERVER_HTTP_PORT: new URL(run.origin).port,
        ...(signs && (await keyAndSecret())),
      },
      replace: [
        ["http://127.0.0.1:8080", run.origin],
        ["npm run replay --", `npm run replay -- --url ${run.origin}`],
        [" backups/", ` ${backups}/`],
      ] as const,
    };
    const { code, output } = await waitFor("nonces to be told apart", NONCES_TELL_WITHIN_MS, async () => {
      const ended = await runBlock(block, surroundings);
      return ended.output.includes("NONCES_UNAVAILABLE") ? undefined : ended;
    });
    expect(code, output).toBe(0);
    // Where the document shows an answer, it is that answer.
    if (signs) expect(output).toMatch(/"status":"(OPEN|FILLED)"/);
    else if (block.script.includes("/api/v1/orders")) expect(output).toContain('"status":"FILLED"');
  },
);
