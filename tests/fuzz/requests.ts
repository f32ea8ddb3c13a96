import fc from "fast-check";
import { chance, type Pools, type Schema, SchemaValues } from "./schema-values.ts";

/** Requests to every operation of an OpenAPI document: as it says, and in every way not as it says. */
export interface FuzzRequest {
  readonly operation: string;
  readonly method: string;
  /** Path with query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

interface Operation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema: Schema;
  }[];
  readonly body: Schema | null;
}

/** What is sent by an operation, most often: somebody of a few, with every scope. */
const CALLERS = ["fuzz-a", "fuzz-b"].map((user) => `Bearer dev:${user}`);
const BAD_CALLERS = [
  "",
  "Bearer",
  "Bearer dev:",
  "Bearer dev:\u00e9",
  "Bearer a.b.c",
  "Basic YTpi",
  `Bearer ${"x".repeat(9_000)}`,
];
const SPOIL_PART = 0.4;

const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    "",
    " ",
    "0",
    "-1",
    "1e9",
    "NaN",
    "\u0000",
    "../..",
    "' or 1=1 --",
    "9".repeat(400),
    "é",
    "𝄞",
    "__proto__",
  ),
  fc.constantFrom<unknown>(null, -1, 0, 1.5, 2 ** 53, Number.MAX_VALUE, [], {}, [[]], true),
);

/** An endless choice among all operations of the document. */
export function requestsOf(document: Schema, pools: Pools): fc.Arbitrary<FuzzRequest> {
  const values = new SchemaValues(document.components.schemas, pools);
  return fc.oneof(...operationsOf(document).map((operation) => requestOf(operation, values)));
}

function operationsOf(document: Schema): Operation[] {
  return Object.entries<Schema>(document.paths)
    .filter(([path]) => path !== "/ws")
    .flatMap(([path, item]) =>
      Object.entries<Schema>(item).map(([method, operation]) => ({
        operationId: operation.operationId,
        method: method.toUpperCase(),
        path,
        parameters: operation.parameters ?? [],
        body: operation.requestBody?.content["application/json"].schema ?? null,
      })),
    );
}

function requestOf(operation: Operation, values: SchemaValues): fc.Arbitrary<FuzzRequest> {
  const parameters = fc.tuple(
    ...operation.parameters.map((one) =>
      fc
        .tuple(
          chance(),
          fc.oneof(
            {
              weight: 20,
              arbitrary: values.of(
                one.schema,
                one.in === "path" && one.name === "symbol" ? "path symbol" : one.name,
              ),
            },
            { weight: 1, arbitrary: junk },
          ),
        )
        .map(([is, value]) => ({ ...one, value: one.required === true || is < 0.25 ? asText(value) : null })),
    ),
  );
  const body = operation.body === null ? fc.constant(null) : bodyOf(values.of(operation.body));
  const caller = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...CALLERS) },
    { weight: 1, arbitrary: fc.constantFrom(...BAD_CALLERS) },
  );
  const extra = fc.oneof(
    { weight: 12, arbitrary: fc.constant("") },
    { weight: 1, arbitrary: fc.webQueryParameters() },
  );
  const type = fc.oneof(
    { weight: 20, arbitrary: fc.constant("application/json") },
    {
      weight: 1,
      arbitrary: fc.constantFrom("", "text/plain", "application/json; charset=latin1", "application/jsonx"),
    },
  );
  return fc.record({ parameters, body, caller, extra, type }).map((made) => {
    const query = new URLSearchParams();
    const headers: Record<string, string> = { authorization: made.caller, "content-type": made.type };
    let path = operation.path;
    for (const { name, in: place, value } of made.parameters) {
      if (value === null) continue;
      if (place === "path") path = path.replace(`{${name}}`, encodeURIComponent(value) || "%20");
      else if (place === "query") query.append(name, value);
      else if (/^[\x20-\x7e]*$/.test(value)) headers[name] = value;
    }
    const search = [query.toString(), made.extra].filter((part) => part !== "").join("&");
    const target = search === "" ? path : `${path}?${search}`;
    return {
      operation: operation.operationId,
      method: operation.method,
      target: operation.operationId === "setSymbolStatus" ? toTheSacrificed(target) : target,
      headers,
      body: made.body,
    };
  });
}

/** A pair that is delisted takes nothing for ever: the others are to be traded. */
function toTheSacrificed(target: string): string {
  return target.replace(/(?:BTC|ETH)-USDT/, "FUZZ-USD");
}

/** JSON that fits, or spoiled in one way. */
function bodyOf(fitting: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return fc
    .tuple(chance(), fitting, fc.nat(100), junk, fc.string({ maxLength: 12 }))
    .map(([is, value, at, thing, name]) => {
      if (is >= SPOIL_PART || typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
      const whole = JSON.stringify(value);
      const keys = Object.keys(value);
      const key = keys[at % Math.max(1, keys.length)] ?? name;
      switch (at % 6) {
        case 0:
          return JSON.stringify({ ...value, [key]: thing });
        case 1:
          return JSON.stringify({ ...value, [name]: thing });
        case 2:
          return JSON.stringify({ ...value, [key]: undefined });
        case 3:
          return whole.slice(0, at % whole.length);
        case 4:
          return JSON.stringify(thing) ?? "";
        default:
          return `${whole}${name}`;
      }
    });
}

/** As a part of an address; a lone half of a surrogate pair cannot stand there. */
function asText(value: unknown): string {
  const text =
    typeof value === "string"
      ? value
      : Array.isArray(value)
        ? value.map(String).join(",")
        : JSON.stringify(value);
  return (text ?? "").toWellFormed();
}
