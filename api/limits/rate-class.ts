import type { RateClass } from "./limits.ts";

/** What a request counts as before its body is read, and how much. */
export interface RequestCost {
  readonly kind: RateClass;
  readonly cost: number;
}

const READ: RequestCost = { kind: "reads", cost: 1 };
const ORDER: RequestCost = { kind: "orders", cost: 1 };
const CANCEL: RequestCost = { kind: "cancels", cost: 1 };
/** Its handler charges what stands in it. */
const BATCH: RequestCost = { kind: "orders", cost: 0 };

const COMMANDS = /\/api\/v1\/(?:orders|order-lists|admin)(?:\/|$)/;

/** Of a method and a path under the base path. */
export function costOf(method: string, path: string): RequestCost {
  if (!COMMANDS.test(path) || method === "GET" || method === "HEAD") return READ;
  if (method === "DELETE" || path.endsWith("/kill-switch")) return CANCEL;
  if (path === "/api/v1/orders/batch") return BATCH;
  return path === "/api/v1/orders/test" ? READ : ORDER;
}
