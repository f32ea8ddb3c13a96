/**
 * The fields of a document that its check never looked at.
 *
 * A check compiled out of a schema reads the fields that the schema knows and passes over all others, as JSON Schema
 * wants it; a field whose name is misspelt passes too. So the check is given the document behind a watch, and what
 * it never asked for is what it does not know. Where a schema allows any field (labels, say), it goes through all.
 *
 * @param check reads the document that it is given; its verdict does not matter here
 * @returns paths such as `spec.containers.0.image`
 */
export function unknownFields(document: object, check: (observed: object) => unknown): string[] {
  const seen = new Map<object, Set<string>>();
  check(observe(document, seen));
  return [...unseen(document, seen, "")];
}

function observe<T extends object>(value: T, seen: Map<object, Set<string>>): T {
  const keys = seen.get(value) ?? new Set<string>();
  seen.set(value, keys);
  return new Proxy(value, {
    get(target, key, receiver) {
      if (typeof key === "string") keys.add(key);
      const inner: unknown = Reflect.get(target, key, receiver);
      return typeof inner === "object" && inner !== null ? observe(inner, seen) : inner;
    },
  });
}

function* unseen(value: object, seen: Map<object, Set<string>>, path: string): Generator<string> {
  for (const [key, inner] of Object.entries(value)) {
    const own = path === "" ? key : `${path}.${key}`;
    if (seen.get(value)?.has(key) !== true) yield own;
    else if (typeof inner === "object" && inner !== null) yield* unseen(inner, seen, own);
  }
}
