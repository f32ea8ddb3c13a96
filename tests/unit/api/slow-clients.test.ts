import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type HttpServer, serve } from "../../../api/serve.ts";

const READ_TIMEOUT_MS = 500;
const WRITE_TIMEOUT_MS = 500;
const DEADLINE_MS = 20_000;

let server: HttpServer;
let sockets: Socket[] = [];
let begun = 0;
let givenUp = false;

beforeEach(async () => {
  begun = 0;
  givenUp = false;
  server = await serve({
    hostname: "127.0.0.1",
    port: 0,
    readTimeoutMs: READ_TIMEOUT_MS,
    writeTimeoutMs: WRITE_TIMEOUT_MS,
    fetch: async (request) => {
      begun += 1;
      if (new URL(request.url).pathname === "/endless") return new Response(endless());
      return new Response(`${(await request.text()).length} bytes`);
    },
  });
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await server.close();
});

/** An answer that goes on for as long as somebody takes it. */
function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull: (body) => body.enqueue(new Uint8Array(1 << 20)),
    cancel: () => {
      givenUp = true;
    },
  });
}

async function connected(): Promise<Socket> {
  const socket = connect(server.port, "127.0.0.1");
  // Writing on a connection that the server has closed is what these clients do.
  socket.on("error", () => undefined);
  sockets.push(socket);
  await once(socket, "connect");
  return socket;
}

/** Sends a letter of this again and again; resolves with what came back once the server has closed. */
async function dribble(beginning: string, letter: string): Promise<string> {
  const socket = await connected();
  let answer = "";
  socket.setEncoding("utf8").on("data", (part: string) => {
    answer += part;
  });
  socket.write(beginning);
  const dribbling = setInterval(() => socket.write(letter), READ_TIMEOUT_MS / 10);
  try {
    await once(socket, "close", { signal: AbortSignal.timeout(DEADLINE_MS) });
  } finally {
    clearInterval(dribbling);
  }
  return answer;
}

/** On Node; Deno's server leaves the first of these to what stands in front of it (docs/api.md). */
describe("a client that is slow on purpose", { timeout: 2 * DEADLINE_MS }, () => {
  it("is cut off where the head of its request does not end, however steadily it sends", async () => {
    const answer = await dribble("GET / HTTP/1.1\r\nHost: engine\r\nX-Slow: ", "a");
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(begun).toBe(0);
  });

  it("is cut off where its body does not end, however steadily it sends", async () => {
    const answer = await dribble("POST / HTTP/1.1\r\nHost: engine\r\nContent-Length: 1000000\r\n\r\n", "a");
    expect(answer).not.toContain("bytes");
  });

  it("is cut off where it leaves its answer untaken", async () => {
    const socket = await connected();
    socket.pause();
    socket.write("GET /endless HTTP/1.1\r\nHost: engine\r\n\r\n");
    await vi.waitFor(() => expect(givenUp).toBe(true), DEADLINE_MS);
  });

  it("does not keep others waiting", async () => {
    const slow = await Promise.all(Array.from({ length: 200 }, connected));
    for (const socket of slow) socket.write("GET / HTTP/1.1\r\nX-Slow: ");
    const answer = await fetch(`http://127.0.0.1:${server.port}/`, { method: "POST", body: "order" });
    expect(await answer.text()).toBe("5 bytes");
  });
});
