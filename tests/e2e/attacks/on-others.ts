import { ask, type Got, type Target } from "./target.ts";

/** One call of the document, and what it was answered. */
export interface CalledOperation {
  readonly what: string;
  readonly got: Got;
}

interface Operation {
  readonly security?: readonly object[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
  }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: { readonly $ref?: string } }>>;
  };
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, { readonly example?: unknown }>> };
}

/**
 * Walks the document: every operation that names its caller and has something in its path that belongs
 * to the victim, called by mallory with a token of scopes read and trade.
 */
export async function callWithOthersIds(target: Target): Promise<CalledOperation[]> {
  const { origin } = target.run;
  const document = (await (await fetch(`${origin}/openapi.json`)).json()) as Document;
  const authorization = `Bearer ${await target.issuer.token("mallory")}`;
  const ids: Readonly<Record<string, string>> = {
    orderId: target.victimOrderId,
    listId: target.victimListId,
    keyId: target.victimKeyId,
    clientOrderId: "the-victims",
    userId: "victim",
    symbol: "BTC-USDT",
  };
  const called: CalledOperation[] = [];
  for (const [path, operations] of Object.entries(document.paths)) {
    if (!path.includes("{")) continue;
    for (const [method, operation] of Object.entries(operations)) {
      if ((operation.security ?? []).length === 0) continue;
      const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
        const id = ids[name];
        if (id === undefined) throw new Error(`${path}: whose ${name}?`);
        return id;
      });
      const needsSymbol = operation.parameters?.some(
        (one) => one.name === "symbol" && one.in === "query" && one.required,
      );
      const query = needsSymbol === true ? "?symbol=BTC/USDT" : "";
      const name = operation.requestBody?.content["application/json"]?.schema.$ref?.split("/").at(-1) ?? "";
      const example = document.components.schemas[name]?.example;
      const body =
        operation.requestBody === undefined ? undefined : JSON.stringify(example ?? { enabled: true });
      const got = await ask(origin, method.toUpperCase(), `${address}${query}`, { authorization }, body);
      called.push({ what: `\`${method.toUpperCase()} ${path.replace("/api/v1", "")}\``, got });
    }
  }
  return called;
}
