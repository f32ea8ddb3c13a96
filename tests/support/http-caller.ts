/** The API as a client calls it, one user at a time. What it answers is compared with its document (contract-setup.ts). */

// biome-ignore lint/suspicious/noExplicitAny: what comes back is compared, not used
export type Json = any;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

export interface CallOptions {
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export class HttpCaller {
  readonly #origin: string;
  readonly #userId: string;

  constructor(origin: string, userId: string) {
    this.#origin = origin;
    this.#userId = userId;
  }

  as(userId: string): HttpCaller {
    return new HttpCaller(this.#origin, userId);
  }

  /** `path` below /api/v1. */
  async call(method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<HttpAnswer> {
    const headers: Record<string, string> = {
      authorization: `Bearer dev:${this.#userId}`,
      ...(options.key === undefined ? {} : { "idempotency-key": options.key }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...options.headers,
    };
    const init: RequestInit = { method, headers };
    if (body !== undefined) init.body = JSON.stringify(body);
    const response = await fetch(`${this.#origin}/api/v1${path}`, init);
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === "" ? null : JSON.parse(text),
    };
  }

  get(path: string): Promise<HttpAnswer> {
    return this.call("GET", path);
  }

  /** A LIMIT GTC of BTC/USDT unless `fields` say otherwise. */
  place(
    side: "BUY" | "SELL",
    quantity: string,
    price: string,
    fields: object = {},
    options: CallOptions = {},
  ) {
    const order = { symbol: "BTC/USDT", side, type: "LIMIT", timeInForce: "GTC", quantity, price, ...fields };
    return this.call("POST", "/orders", order, options);
  }
}
