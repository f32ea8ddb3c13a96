import { expect, test } from "vitest";
import { fuzz } from "../fuzz/fuzz-run.ts";
import { dataFolder, startEmbedded } from "../support/embedded-engine.ts";

/** The short form of `npm run test:fuzz`. */

const REQUESTS = 1_500;

test("requests made out of the document, as it says and not, get no 5xx and nothing that is not documented", async () => {
  const folder = dataFolder();
  const run = await startEmbedded("deno", folder.directory);
  try {
    const { origin } = run;
    const { sent, answers, faults } = await fuzz({ origin, requests: REQUESTS, seed: 20_261, atOnce: 16 });
    expect(faults.join("\n\n")).toBe("");
    expect(sent).toBe(REQUESTS);
    for (const reached of [
      "placeOrder 201",
      "placeOrder 400",
      "listOrders 200",
      "batchOrders 200",
      "createApiKey 201",
    ]) {
      expect([...answers.keys()]).toContain(reached);
    }
  } finally {
    await run.stop();
    folder.remove();
  }
});
