/**
 * What of a new OpenAPI document breaks a client of the old one: operations, parameters and answers that
 * are gone, requests that are narrower, answers in which something may be missing that was there.
 * What is only added breaks nobody. It reads what this API's documents hold, not all that OpenAPI can say.
 */

// biome-ignore lint/suspicious/noExplicitAny: two documents of unknown form are walked side by side
type Json = any;

export interface Break {
  /** `placeOrder`, or where there is none, method and path. */
  readonly operation: string;
  readonly what: string;
}

type Direction = "request" | "answer";

const METHODS = ["get", "post", "put", "patch", "delete"];

/** Every break, named by its operation. */
export function breaksBetween(before: Json, after: Json): Break[] {
  const breaks: Break[] = [];
  for (const [path, item] of Object.entries<Json>(before.paths)) {
    for (const method of METHODS.filter((one) => item[one] !== undefined)) {
      const old = item[method];
      const operation: string = old.operationId ?? `${method} ${path}`;
      const fresh = after.paths[path]?.[method];
      const tell = (what: string) => void breaks.push({ operation, what });
      if (fresh === undefined) tell("is gone");
      else compareOperations(new Walk(before, after, tell), old, fresh, tell);
    }
  }
  return breaks;
}

function compareOperations(walk: Walk, old: Json, fresh: Json, tell: (what: string) => void): void {
  const keyOf = (one: Json) => `${one.in} ${one.name}`;
  const freshParameters = new Map<string, Json>(
    (fresh.parameters ?? []).map((one: Json) => [keyOf(one), one]),
  );
  const oldKeys = new Set((old.parameters ?? []).map(keyOf));
  for (const parameter of old.parameters ?? []) {
    const now = freshParameters.get(keyOf(parameter));
    if (now === undefined) tell(`takes no ${keyOf(parameter)} any more`);
    else {
      if (now.required === true && parameter.required !== true) tell(`needs ${keyOf(parameter)} now`);
      walk.compare(parameter.schema, now.schema, "request", keyOf(parameter));
    }
  }
  for (const [key, parameter] of freshParameters) {
    if (!oldKeys.has(key) && parameter.required === true) tell(`needs ${key} now`);
  }
  const [oldBody, freshBody] = [old, fresh].map(
    (one) => one.requestBody?.content?.["application/json"]?.schema,
  );
  if (oldBody === undefined && fresh.requestBody?.required === true) tell("needs a body now");
  if (oldBody !== undefined) walk.compare(oldBody, freshBody, "request", "body");
  for (const [status, answer] of Object.entries<Json>(old.responses)) {
    const now = fresh.responses[status];
    if (Number(status) >= 400) continue;
    if (now === undefined) tell(`answers no ${status} any more`);
    for (const [type, { schema }] of Object.entries<Json>(now === undefined ? {} : (answer.content ?? {}))) {
      walk.compare(schema, now.content?.[type]?.schema, "answer", status);
    }
  }
}

/** Two schemas side by side. */
class Walk {
  readonly #before: Json;
  readonly #after: Json;
  readonly #tell: (what: string) => void;
  readonly #seen = new Set<string>();

  constructor(before: Json, after: Json, tell: (what: string) => void) {
    this.#before = before;
    this.#after = after;
    this.#tell = tell;
  }

  compare(oldSchema: Json, freshSchema: Json, direction: Direction, at: string): void {
    if (oldSchema === undefined) return;
    if (freshSchema === undefined) {
      this.#tell(`${at}: is gone`);
      return;
    }
    const visit = `${direction} ${oldSchema.$ref ?? ""} ${freshSchema.$ref ?? ""}`;
    if (oldSchema.$ref !== undefined && this.#seen.has(visit)) return;
    this.#seen.add(visit);
    const old = resolved(this.#before, oldSchema);
    const fresh = resolved(this.#after, freshSchema);
    this.#compareTypes(old, fresh, direction, at);
    this.#compareValues(old, fresh, direction, at);
    this.#compareProperties(old, fresh, direction, at);
    if (old.items !== undefined) this.compare(old.items, fresh.items, direction, `${at}[]`);
    for (const keyword of ["oneOf", "anyOf", "allOf"]) {
      for (const [index, part] of (old[keyword] ?? []).entries()) {
        this.compare(part, fresh[keyword]?.[index], direction, `${at}|${index}`);
      }
    }
  }

  #compareTypes(old: Json, fresh: Json, direction: Direction, at: string): void {
    const [oldTypes, freshTypes] = [old, fresh].map((one) => [one.type ?? []].flat() as string[]);
    const [from, into] = direction === "request" ? [oldTypes, freshTypes] : [freshTypes, oldTypes];
    const lost = (from ?? []).filter((type) => !(into ?? []).includes(type) && (into ?? []).length > 0);
    if (lost.length === 0) return;
    this.#tell(direction === "request" ? `${at}: takes no ${lost} any more` : `${at}: may be ${lost} now`);
  }

  #compareValues(old: Json, fresh: Json, direction: Direction, at: string): void {
    if (direction === "answer") return;
    const gone = (old.enum ?? []).filter(
      (value: Json) => fresh.enum !== undefined && !fresh.enum.includes(value),
    );
    if (gone.length > 0) this.#tell(`${at}: takes no ${gone.join(", ")} any more`);
    if (old.enum === undefined && fresh.enum !== undefined)
      this.#tell(`${at}: takes certain values only now`);
    for (const bound of ["maximum", "maxLength", "maxItems"]) {
      if ((fresh[bound] ?? Infinity) < (old[bound] ?? Infinity)) this.#tell(`${at}: has a lower ${bound}`);
    }
    for (const bound of ["minimum", "minLength", "minItems"]) {
      if ((fresh[bound] ?? -Infinity) > (old[bound] ?? -Infinity)) this.#tell(`${at}: has a higher ${bound}`);
    }
    if (fresh.pattern !== undefined && fresh.pattern !== old.pattern)
      this.#tell(`${at}: has another pattern`);
  }

  #compareProperties(old: Json, fresh: Json, direction: Direction, at: string): void {
    const required = new Set<string>(fresh.required ?? []);
    for (const [name, schema] of Object.entries<Json>(old.properties ?? {})) {
      const now = fresh.properties?.[name];
      const wasRequired = (old.required ?? []).includes(name);
      if (direction === "answer" && now !== undefined && wasRequired && !required.has(name)) {
        this.#tell(`${at}.${name}: may be missing now`);
      }
      this.compare(schema, now, direction, `${at}.${name}`);
    }
    if (direction === "answer") return;
    for (const name of required) {
      if (!(old.required ?? []).includes(name)) this.#tell(`${at}.${name}: is needed now`);
    }
  }
}

function resolved(document: Json, schema: Json): Json {
  if (schema.$ref === undefined) return schema;
  const parts: string[] = schema.$ref.slice(2).split("/");
  return (
    parts.reduce((at: Json, part) => at?.[part.replaceAll("~1", "/").replaceAll("~0", "~")], document) ?? {}
  );
}
