import { z } from "@hono/zod-openapi";
import { CommandKind } from "../../engine/core/terms.ts";
import { amountOut, timeOut } from "./amount.ts";
import { idOut, symbolStatusSchema } from "./fields.ts";
import { orderSchema } from "./order.ts";

/** What operators see of engines and their histories. */

export const enginesSchema = z
  .object({
    groups: z.array(
      z
        .object({
          group: z.string().openapi({ description: "The symbol group.", example: "main" }),
          symbols: z.array(z.string()).openapi({ description: "Its pairs.", example: ["BTC/USDT"] }),
          timeline: idOut("Changes when the database is restored from a backup."),
          epoch: z
            .int()
            .openapi({ description: "How often an engine has become the group's one writer.", example: 3 }),
          epochTakenAt: z.string().nullable().openapi({
            format: "date-time",
            description: "When the present one became it; null: none has.",
          }),
          sequence: z.int().openapi({ description: "The last command of its history.", example: 120_000 }),
          hash: z.string().openapi({
            description: "The journal's chained hash there, SHA-256.",
            example: "9f86d081884c7d65…",
          }),
          publishedSequence: z
            .int()
            .openapi({ description: "Events up to here are published.", example: 119_990 }),
          unpublished: z
            .int()
            .openapi({ description: "Commands whose events are not published yet.", example: 10 }),
        })
        .openapi("EngineGroup"),
    ),
  })
  .openapi("Engines");

/** `CancelAll` → `CANCEL_ALL`, by number. */
const KIND_NAMES = new Map<number, string>(
  Object.entries(CommandKind).map(([name, number]) => [
    number,
    name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase(),
  ]),
);

export function kindName(kind: CommandKind): string {
  const name = KIND_NAMES.get(kind);
  if (name === undefined) throw new RangeError(`no name for ${kind}`);
  return name;
}

export const eventSchema = z
  .object({
    sequence: z.int().openapi({ description: "Its place in the group's history.", example: 120_000 }),
    time: timeOut("When it was sequenced."),
    commandId: idOut("The command."),
    kind: z
      .enum([...KIND_NAMES.values()] as [string, ...string[]])
      .openapi({ description: "What was commanded.", example: "PLACE" }),
    code: z.string().nullable().openapi({ description: "Why it was refused; null where it was not." }),
    orders: z.array(orderSchema).openapi({ description: "The orders that it touched, as it left them." }),
    trades: z
      .array(
        z
          .object({
            tradeId: idOut("The trade."),
            makerOrderId: idOut("The order that rested."),
            takerOrderId: idOut("The order that came."),
            price: amountOut("The maker's price.", "50000.00"),
            quantity: amountOut("Base asset.", "0.50000"),
          })
          .openapi("EventTrade"),
      )
      .openapi({ description: "The trades that it made, in order." }),
    symbol: z.string().nullable().openapi({ description: "The pair whose status it set.", example: null }),
    symbolStatus: symbolStatusSchema.nullable(),
  })
  .openapi("HistoryEvent");

export const eventPageSchema = z
  .object({
    events: z.array(eventSchema),
    nextAfter: z.int().openapi({
      description: "Ask for what comes behind with it; nothing came where it is the same.",
      example: 120_000,
    }),
  })
  .openapi("HistoryEventPage");
export type EventBody = z.infer<typeof eventSchema>;
