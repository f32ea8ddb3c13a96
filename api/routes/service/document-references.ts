/**
 * The generator writes "one of these or null" as `allOf: [reference, {type: [x, "null"]}]`, which null
 * does not satisfy, and words on a reference as an `allOf` around it. In OpenAPI 3.1 both have plain forms.
 */
export function withPlainReferences<T>(document: T): T {
  return plain(document) as T;
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, one]) => [key, plain(one)] as const);
  return unwrapped(Object.fromEntries(entries));
}

function unwrapped(schema: Record<string, unknown>): Record<string, unknown> {
  const { allOf, ...others } = schema;
  if (!Array.isArray(allOf) || allOf.length !== 2) return schema;
  const [reference, words] = allOf as [Record<string, unknown>, Record<string, unknown>];
  if (typeof reference["$ref"] !== "string" || "$ref" in words) return schema;
  const { type, ...said } = words;
  const isNullable = Array.isArray(type) && type.includes("null");
  return isNullable
    ? { ...others, anyOf: [reference, { type: "null" }], ...said }
    : { ...others, ...reference, ...said };
}
