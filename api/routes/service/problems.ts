import type { App } from "../../context.ts";
import { problemType } from "../../problem.ts";
import { PROBLEM_CODES, PROBLEMS } from "../../problem-table.ts";

/** A plain page for people: what each problem's `type` stands for. */

const POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'";

const STYLE = `body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 3rem auto; padding: 0 1rem; }
code { background: #8882; padding: 0 0.25em; border-radius: 3px; }
td, th { text-align: left; padding: 0.15rem 1rem 0.15rem 0; vertical-align: top; }
:root { color-scheme: light dark; }
`;

export function mountProblems(app: App): void {
  const rows = PROBLEM_CODES.map((code) => {
    const anchor = problemType(code).slice("/problems/".length);
    return `<tr id="${anchor}"><td><code>${code}</code></td><td>${PROBLEMS[code].status}</td><td>${PROBLEMS[code].title}</td></tr>`;
  });
  const problems = page(
    "Problems",
    `<table><tr><th>code</th><th>status</th><th>meaning</th></tr>${rows.join("")}</table>`,
  );
  const html = (text: string) => () =>
    new Response(text, {
      headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": POLICY },
    });
  app.get("/problems", html(problems));
  for (const code of PROBLEM_CODES) app.get(problemType(code), html(problems));
  app.get("/style.css", (context) => context.body(STYLE, 200, { "content-type": "text/css; charset=utf-8" }));
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    <link rel="stylesheet" href="/style.css">
  </head>
  <body><p><a href="/">Console</a> · <a href="/docs">API</a></p><h1>${title}</h1>${body}</body>
</html>
`;
}
