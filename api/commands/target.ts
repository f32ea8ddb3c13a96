import { Code } from "../../engine/core/codes.ts";
import type { Command } from "../../engine/core/command.ts";
import { idSymbol, parseId } from "../../engine/ids.ts";
import type { ApiServices } from "../context.ts";
import type { ListedSymbol } from "../ports.ts";
import { type Problem, problem, problemOfRefusal } from "../problem.ts";
import { orderStatusName } from "../schemas/names.ts";

/** The order that a cancel, an amend or a replacement is about, and where its commands go. */
export interface Target {
  readonly listed: ListedSymbol;
  /** Lower-case UUID, or null when it is named by `clientOrderId`. */
  readonly orderId: string | null;
  readonly clientOrderId: string;
}

/** Finds the queue by the symbol's number inside the id: no read, even while the order is on its way. */
export async function targetById(
  services: Pick<ApiServices, "symbols">,
  orderId: string,
): Promise<Target | Problem> {
  const symbol = idSymbol(parseId(orderId, { a: 0, b: 0, c: 0, d: 0 }));
  const listed = symbol === 0 ? undefined : await services.symbols.numbered(symbol);
  return listed === undefined
    ? problem("ORDER_NOT_FOUND", { orderId })
    : { listed, orderId, clientOrderId: "" };
}

export async function targetByClientId(
  services: Pick<ApiServices, "symbols">,
  symbol: string,
  clientOrderId: string,
): Promise<Target | Problem> {
  const listed = await services.symbols.named(symbol);
  if (listed === undefined) return problem("UNKNOWN_SYMBOL");
  return { listed, orderId: null, clientOrderId };
}

export function isProblem(value: object): value is Problem {
  return "code" in value && "title" in value;
}

export function setTarget(command: Command, target: Target): void {
  command.symbol = target.listed.spec.symbol;
  if (target.orderId !== null) parseId(target.orderId, command.target);
  command.targetClientOrderId = target.clientOrderId;
}

/**
 * The problem of a refused cancel, amend or replacement. The core does not tell an unknown order,
 * another user's and one that has ended apart; the records do, for the one who owns it.
 */
export async function refusalOf(
  services: Pick<ApiServices, "reads">,
  code: number,
  userId: string,
  target: Target,
  options: { readonly anyOwner?: boolean } = {},
): Promise<Problem> {
  const about = target.orderId === null ? {} : { orderId: target.orderId };
  if (code !== Code.ORDER_NOT_OPEN) return problemOfRefusal(code, about);
  const record =
    target.orderId === null
      ? await services.reads.orderByClientId(userId, target.listed.spec.symbol, target.clientOrderId)
      : await services.reads.order(target.orderId);
  const isTheirs = record !== null && (options.anyOwner === true || record.state.userId === userId);
  if (!isTheirs) return problem("ORDER_NOT_FOUND", about);
  return problem("ORDER_NOT_OPEN", {
    orderId: record.state.orderId,
    orderStatus: orderStatusName(record.state.status),
  });
}
