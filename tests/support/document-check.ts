import { z } from "zod";

interface Document {
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

/** Compares answers with the OpenAPI document that the server itself gives. */
export class DocumentCheck {
  readonly #definitions: object;
  readonly #operations: readonly Documented[];
  readonly #schemas = new Map<object, z.ZodType>();

  constructor(document: Document) {
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

  static async of(origin: string): Promise<DocumentCheck> {
    return new DocumentCheck((await (await fetch(`${origin}/openapi.json`)).json()) as Document);
  }

  /** Throws where the answer's status, type or body is not as documented. */
  check(method: string, path: string, answer: { status: number; headers: Headers; body: unknown }): void {
    const where = `${method} ${path} → ${answer.status}`;
    const found = this.#operations.find((each) => each.method === method && each.path.test(path));
    if (found === undefined) throw new Error(`${where}: not documented`);
    const type = answer.headers.get("content-type")?.split(";")[0] ?? "";
    const schema = found.operation.responses[String(answer.status)]?.content?.[type]?.schema;
    if (schema === undefined) throw new Error(`${where}: no ${type} documented`);
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

/** References into the document as references into the schema itself. */
function locally<T extends object>(schema: T): T {
  return JSON.parse(JSON.stringify(schema).replaceAll("#/components/schemas/", "#/$defs/")) as T;
}
