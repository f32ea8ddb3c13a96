import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inRoot } from "../../infra/dev/launch/paths.mjs";
import { callWithOthersIds } from "./attacks/on-others.ts";
import { ON_REQUESTS } from "./attacks/on-requests.ts";
import { ON_SIGNATURES } from "./attacks/on-signatures.ts";
import { ON_STREAM } from "./attacks/on-stream.ts";
import { ON_TOKENS } from "./attacks/on-tokens.ts";
import {
  type Got,
  ORDER,
  signed,
  startTarget,
  type Target,
  untilSignedOrdersCount,
} from "./attacks/target.ts";

/**
 * Attacks on a running engine, and what each gets. The table of them stands in docs/api.md and is held
 * against what really happened: `UPDATE_DOCS=1` writes it anew.
 */

let target: Target;

beforeAll(async () => {
  target = await startTarget();
});

afterAll(async () => {
  await target?.stop();
});

const GROUPS = { Tokens: ON_TOKENS, "Signed requests": ON_SIGNATURES, Requests: ON_REQUESTS };

/** Answers that are no refusal, by the attack; every other attack is to be refused. */
const LET_THROUGH: Readonly<Record<string, number>> = {
  "ten times at once: how many got through": 1,
  "from the address on the key's list (no attack)": 200,
  "a line end inside X-Request-Id, percent-encoded": 200,
};

test("right after a start a signed order is refused: what was signed before is not known; a signed read is not", async () => {
  const order = await signed(target, target.keys.hmac, "POST", "/orders", ORDER);
  const read = await signed(target, target.keys.hmac, "GET", "/orders");
  expect([order, read.status]).toEqual([{ status: 503, code: "NONCES_UNAVAILABLE" }, 200]);
  await untilSignedOrdersCount(target);
  const placed = await signed(target, target.keys.ed25519, "POST", "/orders", ORDER);
  expect(placed.status).toBe(201);
});

describe("attacks", () => {
  const lines: string[] = [];
  for (const [group, attacks] of Object.entries(GROUPS)) {
    test(`${group}: each gets what the table in docs/api.md says, and none an answer of the server's fault`, async () => {
      lines.push(`| **${group}** | |`);
      for (const [what, attack] of Object.entries(attacks)) {
        const got = await attack(target);
        lines.push(`| ${what} | ${shown(got)} |`);
        const allowed = LET_THROUGH[what];
        if (allowed === undefined)
          expect([what, got.status < 500 && got.status >= 400]).toEqual([what, true]);
        else expect([what, got.status]).toEqual([what, allowed]);
      }
    });
  }

  test("another user's ids are 404 at every address that takes one, and an operator's address 403", async () => {
    lines.push("| **Another user's ids** (scopes `read` and `trade`) | |");
    const called = await callWithOthersIds(target);
    expect(called.length).toBeGreaterThan(8);
    for (const { what, got } of called) {
      lines.push(`| ${what} | ${shown(got)} |`);
      expect([what, got.status]).toEqual([what, what.includes("/admin/") ? 403 : 404]);
    }
    const victims = await target.helper.as("victim").get(`/orders/${target.victimOrderId}`);
    expect(victims.body.status).toBe("OPEN");
    for (const path of ["/orders", "/trades", "/api-keys"]) {
      expect(JSON.stringify((await target.helper.get(path)).body)).not.toContain("victim");
    }
    const hers = await target.helper.get(`/trades?orderId=${target.victimOrderId}`);
    expect(hers.body.trades).toEqual([]);
  });

  test("over the WebSocket: nothing is told to whom it does not belong, nor after its credential has ended", async () => {
    lines.push("| **WebSocket** | |");
    for (const [what, attack] of Object.entries(ON_STREAM)) {
      const code = await attack(target);
      lines.push(`| ${what} | error \`${code}\` |`);
      expect([what, code]).toEqual([what, expect.stringMatching(/^[A-Z_]+$/)]);
    }
  });

  test("the table in docs/api.md is what happened", () => {
    const file = inRoot("docs/api.md");
    const text = readFileSync(file, "utf8");
    const table = ["| attack | gets |", "|---|---|", ...lines].join("\n");
    const [before = "", rest = ""] = text.split("<!-- attacks -->\n");
    const [written = "", after = ""] = rest.split("\n<!-- /attacks -->");
    if (process.env["UPDATE_DOCS"] === "1") {
      writeFileSync(file, `${before}<!-- attacks -->\n${table}\n<!-- /attacks -->${after}`);
    } else {
      expect(written).toBe(table);
    }
  });
});

function shown({ status, code }: Got): string {
  if (status === 0) return "the connection closed";
  if (status === 1) return code;
  return code === "" || code.includes(" ")
    ? `${status}${code === "" ? "" : `, ${code}`}`
    : `${status} \`${code}\``;
}
