import type { ApiServices, App } from "../../context.ts";
import {
  batchAmendSchema,
  batchCancelSchema,
  batchPlaceSchema,
  batchReplaceSchema,
} from "../../schemas/order.ts";
import { withCommonAnswers } from "./document-common.ts";
import { withPlainReferences } from "./document-references.ts";
import { DESCRIPTION, LICENSE, SECURITY_SCHEMES, TAGS } from "./document-words.ts";

/** Serves the OpenAPI 3.1 document of everything mounted on the app. */
export function mountDocument(app: App, { settings }: Pick<ApiServices, "settings">): void {
  const { openAPIRegistry } = app;
  for (const [name, scheme] of Object.entries(SECURITY_SCHEMES)) {
    openAPIRegistry.registerComponent("securitySchemes", name, scheme);
  }
  // Named by `BatchItem`, reached by no route.
  openAPIRegistry.register("BatchPlace", batchPlaceSchema);
  openAPIRegistry.register("BatchCancel", batchCancelSchema);
  openAPIRegistry.register("BatchAmend", batchAmendSchema);
  openAPIRegistry.register("BatchReplace", batchReplaceSchema);
  let document: string | null = null;
  app.get("/openapi.json", (context) => {
    document ??= JSON.stringify(
      withPlainReferences(
        withCommonAnswers(
          app.getOpenAPI31Document({
            openapi: "3.1.0",
            info: {
              title: "Trade engine",
              version: settings.version,
              description: DESCRIPTION,
              license: LICENSE,
            },
            servers: [{ url: "/" }],
            tags: TAGS,
          }),
        ),
      ),
    );
    return context.body(document, 200, { "content-type": "application/json" });
  });
}
