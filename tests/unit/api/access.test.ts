import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ApiKeyRecord } from "../../../api/auth/api-key.ts";
import { ApiKeyDirectory, LEASE_MS } from "../../../api/auth/api-key-directory.ts";
import { bearerTokens, type TokenSettings } from "../../../api/auth/jwt.ts";
import { MemoryNonces, replayableMs } from "../../../api/auth/nonces.ts";
import type { Authenticator, Presented } from "../../../api/auth/principal.ts";
import { SecretBox } from "../../../api/auth/secret-box.ts";
import { ProblemError } from "../../../api/problem.ts";
import { AUDIENCE, type Issuer, startIssuer } from "../../support/issuer.ts";

const newKey = (id: string) => `${id}:${randomBytes(32).toString("base64")}`;

describe("a secret box", () => {
  const secret = Buffer.from("a secret");

  test("opens what it sealed, for its owner alone, and nothing that was changed", () => {
    const box = new SecretBox([newKey("a")]);
    const sealed = box.seal(secret, "key-1");
    expect(Buffer.from(box.open(sealed, "key-1"))).toEqual(secret);
    expect(Buffer.from(sealed).includes(secret)).toBe(false);
    expect(() => box.open(sealed, "key-2")).toThrow();
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Uint8Array.from(sealed);
        changed[at] = (changed[at] ?? 0) ^ flip;
        expect(() => box.open(changed, "key-1")).toThrow();
      }),
    );
  });

  test("seals under the first key, and opens under any that is configured", () => {
    const [old, fresh] = [newKey("old"), newKey("fresh")];
    const sealed = new SecretBox([old]).seal(secret, "k");
    const rotated = new SecretBox([fresh, old]);
    expect(Buffer.from(rotated.open(sealed, "k"))).toEqual(secret);
    expect(() => new SecretBox([fresh]).open(sealed, "k")).toThrow("unknown key");
    expect(Buffer.from(new SecretBox([fresh]).open(rotated.seal(secret, "k"), "k"))).toEqual(secret);
  });

  test("says which keys it cannot use", () => {
    expect(() => new SecretBox(["a:c2hvcnQ="])).toThrow("32 bytes");
    expect(() => new SecretBox([newKey("a"), newKey("a")])).toThrow("twice");
    expect(new SecretBox([]).canSeal).toBe(false);
  });
});

describe("what a process knows of API keys", () => {
  const record: ApiKeyRecord = {
    ...{ keyId: "k", userId: "u", name: "n", kind: "ED25519", material: new Uint8Array(32) },
    ...{ scopes: ["read"], addresses: [], createdAtMs: 0, expiresAtMs: null, revokedAtMs: null },
  };

  test("is never older than the lease, counted from the beginning of the read", async () => {
    let nowMs = 0;
    let stored: ApiKeyRecord = record;
    const reads: string[][] = [];
    const directory = new ApiKeyDirectory(
      {
        find: async (keyIds) => {
          reads.push([...keyIds]);
          const found = stored;
          nowMs += 300;
          return keyIds.includes("k") ? [found] : [];
        },
      },
      () => nowMs,
    );
    const asked = await Promise.all([directory.key("k"), directory.key("k"), directory.key("none")]);
    expect(asked.map((key) => key?.keyId ?? null)).toEqual(["k", "k", null]);
    expect(reads).toEqual([["k", "none"]]);
    stored = { ...record, revokedAtMs: 1 };
    expect((await directory.key("k"))?.revokedAtMs).toBeNull();
    nowMs = LEASE_MS;
    expect((await directory.key("k"))?.revokedAtMs).toBe(1);
  });

  test("counts for nothing once the lease is over and the records are away", async () => {
    let nowMs = 0;
    let isAway = false;
    const find = () => (isAway ? Promise.reject(new Error("away")) : Promise.resolve([record]));
    const directory = new ApiKeyDirectory({ find }, () => nowMs);
    await directory.key("k");
    isAway = true;
    nowMs = LEASE_MS - 1;
    expect(await directory.key("k")).not.toBeNull();
    nowMs = LEASE_MS;
    await expect(directory.key("k")).rejects.toThrow("away");
  });
});

test("nonces in memory: unknown for a window after a start, then once each, for as long as a request counts", async () => {
  let nowMs = 0;
  const nonces = new MemoryNonces(5_000, false, () => nowMs);
  expect(await nonces.claim("k", "early")).toBe("unknown");
  nowMs = replayableMs(5_000);
  expect(await nonces.claim("k", "n")).toBe("fresh");
  expect(await nonces.claim("other", "n")).toBe("fresh");
  nowMs += replayableMs(5_000) - 1;
  expect(await nonces.claim("k", "n")).toBe("used");
  nowMs += 3 * replayableMs(5_000);
  expect(await nonces.claim("k", "n")).toBe("fresh");
});

describe("tokens", () => {
  let issuer: Issuer;
  let nowMs = Date.now();
  const clock = { nowMs: () => nowMs };
  beforeAll(async () => {
    issuer = await startIssuer();
  });
  afterAll(() => issuer.close());

  const settings = (changes: Partial<TokenSettings> = {}): TokenSettings => ({
    key: { jwksUrl: issuer.url },
    issuer: issuer.name,
    audience: AUDIENCE,
    algorithms: [],
    clockToleranceMs: 0,
    ...changes,
  });

  const codeOf = async (tokens: Authenticator, token: string): Promise<string> => {
    const shown: Presented = {
      header: (name) => (name === "authorization" ? `Bearer ${token}` : undefined),
      ...{ method: "GET", target: "/", address: "", body: () => Promise.resolve(new Uint8Array()) },
    };
    try {
      return (await tokens.authenticate(shown))?.userId ?? "nobody";
    } catch (error) {
      if (error instanceof ProblemError) return error.problem.code;
      throw error;
    }
  };

  test("the issuer's keys count on while it is away; without any of them nobody is told to be wrong", async () => {
    const tokens = bearerTokens(settings(), clock);
    expect(await codeOf(tokens, await issuer.token("ann"))).toBe("ann");
    issuer.away = true;
    try {
      expect(await codeOf(tokens, await issuer.token("bob"))).toBe("bob");
      const never = bearerTokens(settings(), clock);
      expect(await codeOf(never, await issuer.token("ann"))).toBe("TOKEN_KEYS_UNAVAILABLE");
    } finally {
      issuer.away = false;
    }
  });

  test("a verified token ends when it says so, also where it was verified before", async () => {
    const tokens = bearerTokens(settings(), clock);
    const token = await issuer.token("ann", { exp: Math.floor(nowMs / 1_000) + 10 });
    expect(await codeOf(tokens, token)).toBe("ann");
    nowMs += 11_000;
    expect(await codeOf(tokens, token)).toBe("TOKEN_EXPIRED");
  });

  test("settings that would let a public key verify HMACs, or a short secret, are refused", () => {
    expect(() => bearerTokens(settings({ algorithms: ["ES256", "HS256"] }), clock)).toThrow("HS256");
    expect(() => bearerTokens(settings({ key: { secret: "x".repeat(31) } }), clock)).toThrow("32 bytes");
    expect(() =>
      bearerTokens(settings({ key: { secret: "x".repeat(32) }, algorithms: ["none"] }), clock),
    ).toThrow("none");
    expect(() => bearerTokens(settings({ audience: "" }), clock)).toThrow("jwt_audience");
  });
});
