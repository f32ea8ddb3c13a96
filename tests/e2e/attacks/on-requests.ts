import { rawHttp } from "../../support/raw-http.ts";
import { ask, type Got, ORDER, type Target } from "./target.ts";

/** Attacks by the form of a request. */
export const ON_REQUESTS: Readonly<Record<string, (target: Target) => Promise<Got>>> = {
  "a body of 65 KiB": (target) =>
    place(target, JSON.stringify({ ...ORDER, clientOrderId: "x".repeat(65 * 1_024) })),
  "a batch of 257 KiB": (target) =>
    ask(target.run.origin, "POST", "/api/v1/orders/batch", CALLER, " ".repeat(257 * 1_024)),
  "a body of 65 KiB in chunks, without a length": (target) => chunked(target, 65),
  "a body that stops half way": (target) => raw(target, [...HEAD, "content-length: 100", "", '{"symbol":']),
  "a bare line end inside a header (header injection)": (target) =>
    raw(target, [...HEAD, "x-request-id: a\rset-cookie: x", "content-length: 2", "", "{}"]),
  "a line end inside X-Request-Id, percent-encoded": async (target) => {
    const response = await fetch(`${target.run.origin}/api/v1/time`, {
      headers: { "x-request-id": "a%0d%0aset-cookie:%20x" },
    });
    const echoed = response.headers.get("x-request-id") ?? "";
    return { status: response.status, code: echoed.includes("%") ? "echoed" : "another id given" };
  },
  "two lengths (request smuggling)": (target) =>
    raw(target, [...HEAD, "content-length: 2", "content-length: 40", "", "{}"]),
  "a length and chunks (request smuggling)": (target) =>
    raw(target, [...HEAD, "content-length: 4", "transfer-encoding: chunked", "", "0\r\n\r\n"]),
  "a page of another origin": (target) =>
    ask(
      target.run.origin,
      "POST",
      "/api/v1/orders",
      { ...CALLER, origin: "https://evil.example" },
      JSON.stringify(ORDER),
    ),
  "another host's name that points here (DNS rebinding)": (target) =>
    raw(target, [
      "GET /api/v1/orders HTTP/1.1",
      "host: evil.example",
      "authorization: Bearer dev:victim",
      "",
      "",
    ]),
  "a form in place of JSON": (target) =>
    ask(
      target.run.origin,
      "POST",
      "/api/v1/orders",
      { ...CALLER, "content-type": "application/x-www-form-urlencoded" },
      "a=b",
    ),
  "`__proto__` in a body": (target) =>
    place(target, `{"__proto__":{"admin":true},${JSON.stringify(ORDER).slice(1)}`),
  "10,000 arrays inside each other": (target) => place(target, `${"[".repeat(10_000)}${"]".repeat(10_000)}`),
  TRACE: (target) => raw(target, ["TRACE /api/v1/orders HTTP/1.1", "host: 127.0.0.1", "", ""]),
  "a path out of the folder of /docs": (target) =>
    raw(target, ["GET /docs/../../../etc/passwd HTTP/1.1", "host: 127.0.0.1", "", ""]),
};

const CALLER = { authorization: "Bearer dev:mallory" };
const HEAD = [
  "POST /api/v1/orders HTTP/1.1",
  "host: 127.0.0.1",
  "authorization: Bearer dev:mallory",
  "content-type: application/json",
];

function place(target: Target, body: string): Promise<Got> {
  return ask(target.run.origin, "POST", "/api/v1/orders", CALLER, body);
}

async function chunked(target: Target, kibibytes: number): Promise<Got> {
  const chunk = `400\r\n${"x".repeat(1_024)}\r\n`;
  return raw(target, [...HEAD, "transfer-encoding: chunked", "", `${chunk.repeat(kibibytes)}0\r\n\r\n`]);
}

/** The lines as they are; a connection that is closed without an answer is status 0. */
async function raw(target: Target, lines: readonly string[]): Promise<Got> {
  const answer = await rawHttp(target.run.origin, lines.join("\r\n"));
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
  return { status, code: /"code":"(\w+)"/.exec(answer)?.[1] ?? "" };
}
