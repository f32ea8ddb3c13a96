import type { ApiServices, App } from "../../context.ts";
import {
  batchAmendSchema,
  batchCancelSchema,
  batchPlaceSchema,
  batchReplaceSchema,
} from "../../schemas/order.ts";

const TAGS = [
  { name: "orders", description: "Placing, changing and finding the caller's orders" },
  { name: "order lists", description: "One cancels the other" },
  { name: "trades", description: "The caller's own trades" },
  { name: "symbols", description: "Pairs and the clock; public" },
  { name: "markets", description: "Books and trades; public" },
  { name: "admin", description: "For operators: scope `admin`" },
  { name: "service", description: "Probes" },
];

const DESCRIPTION = `Order entry, order books, matching and trades.

Amounts are decimal strings, times ISO 8601 in UTC with milliseconds. A pair is \`BTC/USDT\` in bodies and
query strings, \`BTC-USDT\` in paths. Errors are RFC 9457 problem documents with a stable \`code\`.
Every command takes an \`Idempotency-Key\`: a retry with it returns the first answer and does nothing.`;

/** Serves the OpenAPI 3.1 document of everything mounted on the app. */
export function mountDocument(app: App, { settings }: Pick<ApiServices, "settings">): void {
  const { openAPIRegistry } = app;
  openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    description: "With dev tokens on, `dev:<userId>` is that user with every scope.",
  });
  // Named by `BatchItem`, reached by no route.
  openAPIRegistry.register("BatchPlace", batchPlaceSchema);
  openAPIRegistry.register("BatchCancel", batchCancelSchema);
  openAPIRegistry.register("BatchAmend", batchAmendSchema);
  openAPIRegistry.register("BatchReplace", batchReplaceSchema);
  let document: string | null = null;
  app.get("/openapi.json", (context) => {
    document ??= JSON.stringify(
      app.getOpenAPI31Document({
        openapi: "3.1.0",
        info: { title: "Trade engine", version: settings.version, description: DESCRIPTION },
        servers: [{ url: "/" }],
        tags: TAGS,
      }),
    );
    return context.body(document, 200, { "content-type": "application/json" });
  });
}
