import type { ApiServices, App } from "../../context.ts";
import { asyncDocument } from "./async-document.ts";

/** Serves the AsyncAPI document, made when it is first asked for. */
export function mountAsyncDocument(app: App, { settings }: Pick<ApiServices, "settings">): void {
  let document: string | null = null;
  app.get("/asyncapi.json", (context) => {
    document ??= JSON.stringify(asyncDocument(settings.version));
    return context.body(document, 200, { "content-type": "application/json" });
  });
}
