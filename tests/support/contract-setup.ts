import { committedDocument } from "./document-check.ts";

/**
 * Holds every answer of the API that a test's process gets against the OpenAPI document, whoever asks:
 * tests, the load generators, the project's own tools. An answer outside the document fails the request.
 */

const BASE_PATH = "/api/v1/";
const ask = globalThis.fetch;

globalThis.fetch = async (input, init) => {
  const response = await ask(input, init);
  const url = new URL(input instanceof Request ? input.url : input);
  if (!url.pathname.startsWith(BASE_PATH) || response.status === 101) return response;
  const method = (init?.method ?? (input instanceof Request ? input.method : "GET")).toUpperCase();
  if (method === "HEAD" || response.headers.get("content-type") === null) return response;
  const text = await response.clone().text();
  // A process that has not started yet says so in a line of text.
  if (response.status === 503 && text === "starting\n") return response;
  const body: unknown = JSON.parse(text);
  committedDocument().check(method, url.pathname, {
    status: response.status,
    headers: response.headers,
    body,
  });
  return response;
};
