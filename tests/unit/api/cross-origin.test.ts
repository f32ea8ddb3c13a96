import { describe, expect, it } from "vitest";
import { testApi } from "../../support/api-app.ts";

const ALLOWED = "https://trade.example";

function asked(corsOrigins: readonly string[], init: RequestInit, path = "/api/v1/symbols") {
  return testApi({ corsOrigins }).app.request(path, init);
}

/** What a browser asks before a page of that origin may place an order. */
function preflight(corsOrigins: readonly string[], origin: string) {
  const headers = {
    origin,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type,idempotency-key",
  };
  return asked(corsOrigins, { method: "OPTIONS", headers }, "/api/v1/orders");
}

describe("calls from pages of other origins", () => {
  it("are let through for the origins of the setting, with what a page needs to read", async () => {
    const allowed = await preflight(["https://other.example", ALLOWED], ALLOWED);
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get("access-control-allow-origin")).toBe(ALLOWED);
    expect(allowed.headers.get("access-control-allow-methods")).toContain("POST");
    expect(allowed.headers.get("access-control-allow-headers")).toContain("Idempotency-Key");
    expect(allowed.headers.get("access-control-allow-credentials")).toBeNull();

    const answer = await asked([ALLOWED], { headers: { origin: ALLOWED } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("access-control-allow-origin")).toBe(ALLOWED);
    expect(answer.headers.get("access-control-expose-headers")).toContain("Retry-After");
    expect(answer.headers.get("vary")).toContain("Origin");
  });

  it("are told of their refusals too: without the header a page could not read why", async () => {
    const refused = await asked([ALLOWED], { headers: { origin: ALLOWED } }, "/api/v1/orders");
    expect(refused.status).toBe(401);
    expect(refused.headers.get("access-control-allow-origin")).toBe(ALLOWED);
  });

  it.each([
    "https://evil.example",
    "http://trade.example",
    "https://trade.example:8443",
    "https://trade.example.evil.example",
    "https://eviltrade.example",
    "null",
  ])("are not let through for %s", async (origin) => {
    for (const answer of [
      await preflight([ALLOWED], origin),
      await asked([ALLOWED], { headers: { origin } }),
    ]) {
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  it("are let through for nobody without the setting, and for everybody by *", async () => {
    const none = await preflight([], ALLOWED);
    expect(none.headers.get("access-control-allow-origin")).toBeNull();
    const all = await preflight(["*"], "https://anybody.example");
    expect(all.headers.get("access-control-allow-origin")).toBe("*");
    expect(all.headers.get("access-control-allow-credentials")).toBeNull();
  });
});
