import fc from "fast-check";

/** Values made out of the schemas of an OpenAPI document. */

// biome-ignore lint/suspicious/noExplicitAny: schemas are walked as they come
export type Schema = any;

/** Values that mean something to a running engine, by the name of the field or parameter. */
export type Pools = Readonly<Record<string, () => readonly string[]>>;

const OPTIONAL_IS_THERE = 0.15;
const DEPTH = 6;

/** Arbitraries of one document. */
export class SchemaValues {
  readonly #schemas: Readonly<Record<string, Schema>>;
  readonly #pools: Pools;

  constructor(schemas: Readonly<Record<string, Schema>>, pools: Pools) {
    this.#schemas = schemas;
    this.#pools = pools;
  }

  /** Values that the schema allows, most of them; where a pool has values of that name, one of them most often. */
  of(given: Schema, name = "", depth = 0): fc.Arbitrary<unknown> {
    const schema = this.#resolved(given);
    const pool = this.#pools[name];
    const own = this.#own(schema, name, depth);
    if (pool === undefined) return own;
    return fc.oneof(
      { weight: 5, arbitrary: fc.nat(1_000_000).map((at) => pool()[at % Math.max(1, pool().length)] ?? "") },
      { weight: 1, arbitrary: own },
    );
  }

  #own(schema: Schema, name: string, depth: number): fc.Arbitrary<unknown> {
    if (depth > DEPTH) return fc.constant(null);
    const choices: Schema[] | undefined = schema.anyOf ?? schema.oneOf;
    if (choices !== undefined) return fc.oneof(...choices.map((one) => this.of(one, name, depth + 1)));
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    if (schema.const !== undefined) return fc.constant(schema.const);
    const type = [schema.type].flat()[0];
    if (type === "object") return this.#object(schema, depth);
    if (type === "array") {
      const { minItems: minLength = 0, maxItems = 5 } = schema;
      return fc.array(this.of(schema.items ?? {}, name, depth + 1), {
        minLength,
        maxLength: Math.min(maxItems, minLength + 4),
      });
    }
    if (type === "boolean") return fc.boolean();
    if (type === "integer")
      return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 1_000, 2 ** 31 - 1) });
    return type === "string" ? text(schema) : fc.jsonValue({ maxDepth: 2 });
  }

  #object(schema: Schema, depth: number): fc.Arbitrary<unknown> {
    const required: readonly string[] = schema.required ?? [];
    const entries = Object.entries<Schema>(schema.properties ?? {}).map(([name, property]) => {
      const value = this.of(property, name, depth + 1).map((one) => [[name, one]] as const);
      if (required.includes(name)) return value;
      return fc.tuple(chance(), value).map(([is, entry]) => (is < OPTIONAL_IS_THERE ? entry : []));
    });
    const made = fc.tuple(...entries).map((parts) => Object.fromEntries(parts.flat()));
    const example: object | undefined = schema.example;
    if (example === undefined) return made;
    // What people send: the example, with other values in some of its fields.
    const near = fc.tuple(made, fc.nat(3)).map(([values, of]) => {
      const fields = Object.keys(example).filter((name, at) => name in values && at % 4 !== of);
      return { ...example, ...Object.fromEntries(fields.map((name) => [name, values[name]])) };
    });
    return fc.oneof({ weight: 2, arbitrary: near }, { weight: 1, arbitrary: made });
  }

  #resolved(schema: Schema): Schema {
    const reference: string | undefined = schema?.$ref;
    return reference === undefined
      ? (schema ?? {})
      : (this.#schemas[reference.split("/").at(-1) ?? ""] ?? {});
  }
}

function text(schema: Schema): fc.Arbitrary<string> {
  const choices: fc.Arbitrary<string>[] = [];
  if (typeof schema.example === "string") choices.push(fc.constant(schema.example));
  if (schema.format === "date-time")
    choices.push(
      fc
        .date({ min: new Date("2020-01-01"), max: new Date("2040-01-01"), noInvalidDate: true })
        .map((date) => date.toISOString()),
    );
  if (schema.format === "uuid") choices.push(fc.uuid());
  if (typeof schema.pattern === "string") choices.push(matching(schema.pattern));
  if (choices.length === 0) choices.push(fc.string({ maxLength: Math.min(schema.maxLength ?? 20, 300) }));
  return fc.oneof(...choices);
}

const matchers = new Map<string, fc.Arbitrary<string>>();

function matching(pattern: string): fc.Arbitrary<string> {
  let matcher = matchers.get(pattern);
  if (matcher === undefined) {
    matcher = fc.stringMatching(new RegExp(pattern));
    matchers.set(pattern, matcher);
  }
  return matcher;
}

/** Even from 0 to 1: fast-check likes the small ones. */
export function chance(): fc.Arbitrary<number> {
  return fc.noBias(fc.integer({ min: 0, max: 999 })).map((of) => of / 1_000);
}
