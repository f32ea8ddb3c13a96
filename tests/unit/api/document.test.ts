import { expect, test } from "vitest";
import { PROBLEM_CODES } from "../../../api/problem-table.ts";
import { testApi } from "../../support/api-app.ts";

interface Operation {
  readonly operationId?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

async function document() {
  const { app } = testApi();
  const response = await app.request("/openapi.json");
  expect(response.status).toBe(200);
  const text = await response.text();
  const parsed = JSON.parse(text) as {
    openapi: string;
    tags: { name: string }[];
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, { enum?: string[] }> };
  };
  return { text, parsed, app };
}

test("it is OpenAPI 3.1, and every reference in it leads somewhere", async () => {
  const { text, parsed } = await document();
  expect(parsed.openapi).toBe("3.1.0");
  const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1] ?? "");
  expect(references.length).toBeGreaterThan(50);
  for (const reference of references) {
    const found = reference
      .split("/")
      .reduce<unknown>((at, part) => (at as Record<string, unknown>)?.[part], parsed);
    expect(found, reference).toBeDefined();
  }
});

test("every operation has an id of its own, a tag, and a problem document for each refusal", async () => {
  const { parsed } = await document();
  const tags = parsed.tags.map((tag) => tag.name);
  const ids: string[] = [];
  for (const [path, operations] of Object.entries(parsed.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const where = `${method} ${path}`;
      ids.push(operation.operationId ?? where);
      expect(tags, where).toEqual(expect.arrayContaining([...(operation.tags ?? ["no tag"])]));
      if (path === "/ready" || path === "/ws") continue;
      for (const [status, { content }] of Object.entries(operation.responses)) {
        const type = Number(status) < 400 ? "application/json" : "application/problem+json";
        expect(Object.keys(content ?? {}), `${where} ${status}`).toEqual([type]);
      }
    }
  }
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThanOrEqual(30);
});

test("what names its caller says so, and answers 401 to nobody", async () => {
  const { parsed, app } = await document();
  for (const [path, operations] of Object.entries(parsed.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      if ((operation.security ?? []).length === 0) continue;
      const address = path.replaceAll(/\{[^}]+\}/g, "019bea71-7d2e-7c41-a3b2-5f1e2d3c0001");
      const response = await app.request(address, { method: method.toUpperCase() });
      expect([method, path, response.status]).toEqual([method, path, 401]);
      expect(operation.responses).toHaveProperty("401");
    }
  }
});

test("it lists every code", async () => {
  const { parsed } = await document();
  expect(parsed.components.schemas["ProblemCode"]?.enum).toEqual(PROBLEM_CODES);
});

test("every problem's type is a page that names its code", async () => {
  const { app } = testApi();
  for (const code of PROBLEM_CODES) {
    const page = await app.request(`/problems/${code.toLowerCase().replaceAll("_", "-")}`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain(code);
  }
});
