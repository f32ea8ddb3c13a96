import { readFileSync } from "node:fs";
import { z } from "zod";
import { inRoot } from "../../infra/dev/launch/paths.mjs";

/** What is read of an OpenAPI document. */
export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

interface Documented {
  readonly method: string;
  readonly path: RegExp;
  readonly literal: number;
  readonly operation: Operation;
}

export interface CheckedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** What no operation tells: an address that there is not, or a method that one does not take. */
const OF_NO_OPERATION = new Set([
  "NOT_FOUND",
  "METHOD_NOT_ALLOWED",
  "HOST_NOT_ALLOWED",
  "ORIGIN_NOT_ALLOWED",
]);
const OF_NOBODY = new Set(["UNAUTHENTICATED", "TOKEN_EXPIRED", "RATE_LIMITED"]);

/** Compares answers with an OpenAPI document. A field that is not documented is a difference too. */
export class DocumentCheck {
  readonly #definitions: object;
  readonly #operations: readonly Documented[];
  readonly #schemas = new Map<object, z.ZodType>();

  constructor(document: OpenApiDocument) {
    this.#definitions = locally(document.components.schemas);
    this.#operations = Object.entries(document.paths)
      .flatMap(([path, operations]) =>
        Object.entries(operations).map(([method, operation]) => ({
          method: method.toUpperCase(),
          path: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, "[^/]+")}$`),
          literal: path.replaceAll(/\{[^}]+\}/g, "").length,
          operation,
        })),
      )
      .sort((one, other) => other.literal - one.literal);
  }

  /** Throws where the answer's status, type or body is not as documented. `path` without its query. */
  check(method: string, path: string, answer: CheckedAnswer): void {
    const where = `${method} ${path} → ${answer.status}`;
    const found = this.#operations.find((each) => each.method === method && each.path.test(path));
    if (found === undefined) {
      this.#checkStray(where, answer);
      return;
    }
    const type = answer.headers.get("content-type")?.split(";")[0] ?? "";
    const schema = found.operation.responses[String(answer.status)]?.content?.[type]?.schema;
    if (schema === undefined)
      throw new Error(`${where}: no ${type} documented: ${JSON.stringify(answer.body)}`);
    this.#compare(where, schema, answer);
  }

  #checkStray(where: string, answer: CheckedAnswer): void {
    const { code } = (answer.body ?? {}) as { readonly code?: string };
    if (answer.status === 204 || answer.body === null) return;
    if (!OF_NO_OPERATION.has(code ?? "") && !OF_NOBODY.has(code ?? ""))
      throw new Error(`${where}: not documented`);
    this.#compare(where, PROBLEM, answer);
  }

  #compare(where: string, schema: object, answer: CheckedAnswer): void {
    const result = this.#parser(schema).safeParse(answer.body);
    if (!result.success) throw new Error(`${where}: not as documented\n${z.prettifyError(result.error)}`);
  }

  #parser(schema: object): z.ZodType {
    let parser = this.#schemas.get(schema);
    if (parser === undefined) {
      parser = z.fromJSONSchema({
        ...locally(schema),
        $defs: this.#definitions,
      } as z.core.JSONSchema.JSONSchema);
      this.#schemas.set(schema, parser);
    }
    return parser;
  }
}

const PROBLEM = { $ref: "#/components/schemas/Problem" };

let committed: DocumentCheck | null = null;

/** Of the document in docs/, which `npm run check` holds against what a server gives. */
export function committedDocument(): DocumentCheck {
  committed ??= new DocumentCheck(
    JSON.parse(readFileSync(inRoot("docs/openapi.json"), "utf8")) as OpenApiDocument,
  );
  return committed;
}

/** References into the document as references into the schema itself; objects have what is documented and no more. */
function locally<T extends object>(schema: T): T {
  return JSON.parse(
    JSON.stringify(schema).replaceAll("#/components/schemas/", "#/$defs/"),
    (_, value: unknown) =>
      isOpenObject(value) ? { ...value, additionalProperties: false } : withoutReferenceFormat(value),
  ) as T;
}

/** zod takes `uri-reference` for a whole URL. */
function withoutReferenceFormat(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("format" in value)) return value;
  return value.format === "uri-reference" ? { ...value, format: undefined } : value;
}

function isOpenObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  return (
    "type" in value && value.type === "object" && "properties" in value && !("additionalProperties" in value)
  );
}
