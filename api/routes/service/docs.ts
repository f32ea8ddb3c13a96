import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { ApiServices, App } from "../../context.ts";

/**
 * Swagger UI out of the installed package: no request to another host, and a policy that would
 * refuse one.
 */

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // React sets style attributes through the DOM, which the policy allows; style elements are refused.
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The package's files that the page needs, and no others. */
const FILES: Readonly<Record<string, string>> = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
  "favicon-32x32.png": "image/png",
};

const CACHED_FOR = "public, max-age=3600";

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Trade engine API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

/** Starts Swagger UI; a dev token goes into its authorize box, so that "Try it out" works at once. */
function startScript(docsToken: string): string {
  return `const ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: false,
  validatorUrl: null,
  onComplete() {
    const token = ${JSON.stringify(docsToken)};
    if (token !== "") ui.preauthorizeApiKey("bearer", token);
  },
});
`;
}

const require = createRequire(import.meta.url);

export function mountDocs(app: App, { settings }: Pick<ApiServices, "settings">): void {
  const directory = dirname(require.resolve("swagger-ui-dist/package.json"));
  app.get("/docs", (context) => {
    context.header("content-security-policy", POLICY);
    return context.html(PAGE);
  });
  app.get("/docs/start.js", (context) =>
    context.body(startScript(settings.docsToken), 200, { "content-type": "text/javascript; charset=utf-8" }),
  );
  for (const [file, type] of Object.entries(FILES)) {
    let bytes: Promise<Uint8Array<ArrayBuffer>> | null = null;
    app.get(`/docs/${file}`, async (context) => {
      bytes ??= readFile(join(directory, file)).then((read) => new Uint8Array(read));
      return context.body(await bytes, 200, { "content-type": type, "cache-control": CACHED_FOR });
    });
  }
}
