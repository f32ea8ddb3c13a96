import type { RouteHandler } from "@hono/zod-openapi";
import { Code, codeName } from "../../../engine/core/codes.ts";
import { formatUnits } from "../../../engine/core/decimal.ts";
import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import type { Outcome } from "../../../engine/outcome.ts";
import { readEntries } from "../../../engine/wire/journal.ts";
import { decodeOutcome } from "../../../engine/wire/outcome-codec.ts";
import type { ApiServices, AppEnv } from "../../context.ts";
import { isoTime, orderBody } from "../../convert/order-body.ts";
import { problem } from "../../problem.ts";
import { refuse } from "../../respond.ts";
import { symbolStatusName } from "../../schemas/names.ts";
import { type EventBody, kindName } from "../../schemas/operations.ts";
import type { EnginesRoute, EventsRoute } from "./operations.route.ts";

export function enginesHandler(services: ApiServices): RouteHandler<EnginesRoute, AppEnv> {
  return async (context) => {
    const [groups, symbols] = await Promise.all([services.reads.listGroups(), services.symbols.all()]);
    const body = groups.map((one) => ({
      group: one.group,
      symbols: symbols.filter(({ group }) => group === one.group).map(({ spec }) => spec.name),
      timeline: one.timeline,
      epoch: one.epoch,
      epochTakenAt: one.epochTakenAtMs === null ? null : isoTime(one.epochTakenAtMs),
      sequence: one.lastSequence,
      hash: one.hash,
      publishedSequence: one.publishedSequence,
      unpublished: Math.max(0, one.lastSequence - one.publishedSequence),
    }));
    return context.json({ groups: body }, 200);
  };
}

export function eventsHandler(services: ApiServices): RouteHandler<EventsRoute, AppEnv> {
  return async (context) => {
    const { group, after, limit } = context.req.valid("query");
    // A row holds at least one command.
    const rows = await services.reads.journal(group, after, limit);
    if (rows === null) return refuse<EventsRoute>(problem("GROUP_NOT_FOUND"));
    const events: EventBody[] = [];
    for (const row of rows) {
      for (const entry of readEntries(row)) {
        if (entry.sequence <= after) continue;
        if (events.length === limit) break;
        events.push(await eventBody(services, decodeOutcome(entry.outcome)));
      }
    }
    return context.json({ events, nextAfter: events.at(-1)?.sequence ?? after }, 200);
  };
}

async function eventBody(services: Pick<ApiServices, "symbols">, outcome: Outcome): Promise<EventBody> {
  const specs = new Map<number, SymbolSpec>();
  const numbers = [...outcome.orders.map(({ symbol }) => symbol), outcome.symbolChange?.symbol ?? 0];
  for (const number of new Set(numbers)) {
    const listed = await services.symbols.numbered(number);
    if (listed !== undefined) specs.set(number, listed.spec);
  }
  const changed = outcome.symbolChange;
  return {
    sequence: outcome.sequence,
    time: isoTime(outcome.timeMs),
    commandId: outcome.commandId,
    kind: kindName(outcome.kind),
    code: outcome.code === Code.NONE ? null : codeName(outcome.code),
    // An order for a pair that there is not was refused, and has no amounts that could be told.
    orders: outcome.orders.flatMap((state) => {
      const spec = specs.get(state.symbol);
      return spec === undefined ? [] : [orderBody(state, spec)];
    }),
    trades: outcome.trades.flatMap((trade) => {
      const maker = outcome.orders[trade.maker];
      const taker = outcome.orders[trade.taker];
      const spec = taker === undefined ? undefined : specs.get(taker.symbol);
      if (maker === undefined || taker === undefined || spec === undefined) return [];
      return [
        {
          tradeId: trade.tradeId,
          makerOrderId: maker.orderId,
          takerOrderId: taker.orderId,
          price: formatUnits(trade.price, spec.priceStep),
          quantity: formatUnits(trade.quantity, spec.quantityStep),
        },
      ];
    }),
    symbol: changed === null ? null : (specs.get(changed.symbol)?.name ?? null),
    symbolStatus: changed === null ? null : symbolStatusName(changed.status),
  };
}
