import { z } from "@hono/zod-openapi";
import { isStep } from "../../engine/core/decimal.ts";
import { price, quantity, quoteAmount } from "./amount.ts";
import { assetSchema, symbolSchema, symbolStatusSchema } from "./fields.ts";

const step = (description: string, example: string) =>
  z
    .string()
    .refine(isStep, "a decimal above zero of at most 15 characters")
    .openapi({ description, example });

export const groupSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "small letters, digits and hyphens, at most 32")
  .openapi({ description: "The symbol group, whose engine matches its pairs.", example: "main" });

export const defineSymbolSchema = z
  .strictObject({
    symbol: symbolSchema,
    base: assetSchema.optional().openapi({ description: "The part before the slash by default." }),
    quote: assetSchema.optional().openapi({ description: "The part after the slash by default." }),
    group: groupSchema.optional(),
    priceStep: step("Size of a tick. Never changes.", "0.01"),
    quantityStep: step("Size of a lot. Never changes.", "0.00001"),
    minPrice: price("Lowest price; one tick by default.", "0.01").optional(),
    maxPrice: price("Highest price; 10^12 ticks by default.", "1000000.00").optional(),
    minQuantity: quantity("Smallest quantity; one lot by default.", "0.00001").optional(),
    maxQuantity: quantity("Largest quantity; 10^15 lots by default.", "9000").optional(),
    minNotional: quoteAmount("Smallest price × quantity; none by default.", "5.00").optional(),
    priceBandBps: z.int().min(0).max(1_000_000).optional().openapi({ description: "None by default." }),
    referencePrice: price("The band's reference until the first trade.", "50000.00").optional(),
    sessionEndMinute: z.int().min(0).max(1_439).optional(),
    maxOpenOrders: z.int().min(0).max(10_000_000).optional().openapi({
      description: "Open orders that a user may have; 0, the default, is no limit.",
    }),
    status: symbolStatusSchema.optional(),
  })
  .openapi("DefineSymbol", {
    example: { symbol: "AAPL/USD", priceStep: "0.01", quantityStep: "1" },
  });
export type DefineSymbol = z.infer<typeof defineSymbolSchema>;

export const setStatusSchema = z
  .strictObject({ status: symbolStatusSchema })
  .openapi("SetSymbolStatus", { example: { status: "HALTED" } });
