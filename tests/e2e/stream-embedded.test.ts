import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitFor } from "../../infra/dev/services/wait.ts";
import {
  dataFolder,
  type EmbeddedRun,
  type ServingRuntime,
  startEmbedded,
} from "../support/embedded-engine.ts";
import { HttpCaller, type Json } from "../support/http-caller.ts";
import { ObservedStream } from "../support/stream/observed-stream.ts";
import { RawStream } from "../support/stream/raw-stream.ts";
import { Trading } from "../support/stream/trading.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

/** The WebSocket of the one-process run, from outside. */

describe.each<ServingRuntime>(["deno", "node"])("the stream on %s", (runtime) => {
  const folder = dataFolder();
  let run: EmbeddedRun;
  let alice: HttpCaller;

  beforeAll(async () => {
    run = await startEmbedded(runtime, folder.directory, {
      TRADE_ENGINE_SERVER_WEBSOCKET_PORT: "0",
      TRADE_ENGINE_STREAM_MAX_CONNECTIONS_PER_ADDRESS: "12",
      TRADE_ENGINE_STREAM_MAX_CHANNELS: "6",
      TRADE_ENGINE_LIMITS_ORDERS: "off",
      TRADE_ENGINE_LIMITS_CANCELS: "off",
      TRADE_ENGINE_LIMITS_READS: "off",
      TRADE_ENGINE_LIMITS_ADDRESS: "off",
    });
    alice = new HttpCaller(run.origin, "alice");
  });
  afterAll(async () => {
    await run?.stop();
    folder.remove();
  });

  test("copies of the book, trades and own orders are the API's, with connections cut all the time", async () => {
    const proxy = await TcpProxy.to(run.origin);
    const origin = proxy.through(run.origin).replace(/\/$/, "");
    const [cut, quiet] = [new ObservedStream(origin, "alice"), new ObservedStream(run.origin, "bob")];
    // What happens before a reader of own orders has begun is in its snapshot, and no fill of its stream.
    await waitFor("both books, and both readers' orders", 10_000, () =>
      [cut, quiet].every(({ reasons, orderReasons }) => reasons.length > 0 && orderReasons.length > 0)
        ? true
        : undefined,
    );
    const trading = new Trading(alice, ["alice", "bob", "carol"], 4711);
    trading.start();
    for (let round = 0; round < 6; round++) {
      const { connections, updates } = cut;
      if (round % 2 === 0) proxy.cut();
      else proxy.cutClients();
      await waitFor("the client to be back and the book to move", 20_000, () =>
        cut.connections > connections && cut.updates > updates + 10 ? true : undefined,
      );
    }
    await trading.stop();
    for (const stream of [cut, quiet]) {
      const depth = await waitFor("the copy to be the API's book", 10_000, async () => {
        const { body } = await alice.get("/markets/BTC-USDT/depth?limit=1000");
        return body.sequence === stream.book.sequence ? body : undefined;
      });
      expect(stream.book.bids()).toEqual(levels(depth.bids));
      expect(stream.book.asks()).toEqual(levels(depth.asks));
      expect(stream.resyncs).toEqual([]);
    }
    const { body } = await alice.get("/markets/BTC-USDT/trades?limit=1000");
    const tradeIds = body.trades.map(({ tradeId }: Json) => tradeId).reverse();
    expect(quiet.tradeIds.slice(-tradeIds.length)).toEqual(tradeIds.slice(-quiet.tradeIds.length));
    expect(quiet.tradeIds.length).toBeGreaterThan(50);
    // Cut or not, an order's last state is what the records have, and no fill came twice or is missing.
    for (const [stream, user] of [
      [cut, "alice"],
      [quiet, "bob"],
    ] as const) {
      expect(stream.orderReasons).toEqual(["SUBSCRIBED"]);
      const { body: page } = await alice.as(user).get("/trades?limit=1000");
      await waitFor("the last fill", 5_000, () =>
        stream.fills.length >= page.trades.length ? true : undefined,
      );
      expect(stream.fills.map(keyOf).sort()).toEqual(page.trades.map(keyOf).sort());
      const { body: open } = await alice.as(user).get("/orders?status=OPEN,PARTIALLY_FILLED&limit=500");
      const live = [...stream.orders.values()].filter(({ status }) => /OPEN|PARTIALLY_FILLED/.test(status));
      expect(live.map(({ orderId }) => orderId).sort()).toEqual(
        open.orders.map(({ orderId }: Json) => orderId).sort(),
      );
      for (const order of open.orders) expect(stream.orders.get(order.orderId)).toEqual(order);
      stream.client.close();
    }
    expect(cut.connections).toBeGreaterThanOrEqual(7);
    await proxy.close();
  }, 120_000);

  test("own orders need a credential, and are nobody else's", async () => {
    const raw = await RawStream.open(run.origin);
    raw.send({ op: "subscribe", id: 1, channels: ["orders"] });
    expect(await raw.next("error")).toMatchObject({ id: 1, code: "UNAUTHENTICATED", channel: "orders" });
    raw.send({ op: "auth", id: 2, token: "nobody's" });
    expect(await raw.next("error")).toMatchObject({ id: 2, code: "UNAUTHENTICATED" });
    raw.send({ op: "cancelOnDisconnect", id: 3, enabled: true });
    expect(await raw.next("error")).toMatchObject({ id: 3, code: "UNAUTHENTICATED" });
    raw.send({ op: "auth", id: 4, token: "dev:dora" });
    expect(await raw.next("authenticated")).toMatchObject({ id: 4, userId: "dora" });
    raw.send({ op: "auth", id: 5, token: "dev:emil" });
    expect(await raw.next("error")).toMatchObject({ id: 5, code: "OTHER_USER" });
    raw.send({ op: "subscribe", id: 6, channels: ["orders"] });
    expect(await raw.next("orders.snapshot")).toMatchObject({ orders: [], complete: true });
    await alice.as("emil").place("BUY", "1", "1000.00");
    const { body: own } = await alice.as("dora").place("BUY", "2", "1000.00", { clientOrderId: "dora-1" });
    expect(await raw.next("orders.update")).toMatchObject({ orders: [own], fills: [] });
    raw.close();
  });

  test("what cannot be read or had is refused by name, and the connection goes on", async () => {
    const raw = await RawStream.open(run.origin);
    for (const text of ["", "{", "[]", "null", '{"op":"buy"}', '{"op":"subscribe","channels":[]}']) {
      raw.sendText(text);
      expect(await raw.next("error")).toMatchObject({ code: "MALFORMED_MESSAGE" });
    }
    raw.send({ op: "subscribe", id: "x", channels: ["depth:BTC-EUR"] });
    expect(await raw.next("error")).toMatchObject({ id: "x", code: "UNKNOWN_SYMBOL" });
    const channels = ["ETH", "BNB", "SOL", "XRP", "ADA", "DOGE", "AVAX"].map((base) => `trades:${base}-USDT`);
    raw.send({ op: "subscribe", id: 8, channels });
    expect(await raw.next("error")).toMatchObject({ code: "TOO_MANY_CHANNELS", channel: channels[6] });
    expect(await raw.next("subscribed")).toEqual({
      type: "subscribed",
      id: 8,
      channels: channels.slice(0, 6),
    });
    raw.send({ op: "unsubscribe", id: 9, channels: channels.slice(0, 2) });
    expect(await raw.next("unsubscribed")).toMatchObject({ id: 9, channels: channels.slice(0, 2) });
    raw.send({ op: "ping", id: 10 });
    expect(await raw.next("pong")).toMatchObject({ id: 10 });
    raw.close();
  });

  test("who sends without end is closed, and so is who comes too often", async () => {
    const flood = await RawStream.open(run.origin);
    for (let count = 0; count < 150; count++) flood.sendText("{");
    // 1006: what it had not read of its own flood swallows the goodbye.
    expect([4003, 1006]).toContain(await flood.closed);
    const open: RawStream[] = [];
    await expect(async () => {
      for (let count = 0; count < 13; count++) open.push(await RawStream.open(run.origin));
    }).rejects.toThrow();
    for (const raw of open) raw.close();
  });

  test("orders are cancelled when the connection that asked for it ends, those of the named pairs only", async () => {
    const frank = alice.as("frank");
    const orders = [
      (await frank.place("BUY", "1", "900.00")).body.orderId,
      (await frank.place("BUY", "1", "900.00", { symbol: "ETH/USDT" })).body.orderId,
    ];
    const status = async (place: number) => (await frank.get(`/orders/${orders[place]}`)).body.status;
    const harmless = await RawStream.open(run.origin);
    harmless.send({ op: "auth", token: "dev:frank" });
    harmless.send({ op: "cancelOnDisconnect", id: 1, enabled: true });
    harmless.send({ op: "cancelOnDisconnect", id: 2, enabled: false });
    await harmless.next("cancelOnDisconnect");
    await harmless.next("cancelOnDisconnect");
    harmless.close();
    await harmless.closed;

    const proxy = await TcpProxy.to(run.origin);
    const armed = await RawStream.open(proxy.through(run.origin).replace(/\/$/, ""));
    armed.send({ op: "auth", token: "dev:frank" });
    armed.send({ op: "cancelOnDisconnect", id: 3, enabled: true, symbols: ["BTC/USDT"] });
    expect(await armed.next("cancelOnDisconnect")).toMatchObject({ enabled: true, symbols: ["BTC/USDT"] });
    expect([await status(0), await status(1)]).toEqual(["OPEN", "OPEN"]);
    proxy.cut();
    await waitFor("the order to be cancelled", 10_000, async () =>
      (await status(0)) === "CANCELLED" ? true : undefined,
    );
    expect(await status(1)).toBe("OPEN");
    await proxy.close();
  });

  test("a plain request, and a page of another site, get no WebSocket", async () => {
    const plain = await fetch(`${run.origin}/ws`);
    expect([plain.status, ((await plain.json()) as Json).code]).toEqual([426, "WEBSOCKET_EXPECTED"]);
    await expect(RawStream.open(run.origin, { origin: "https://evil.example" })).rejects.toThrow(/403/);
    await expect(RawStream.open(run.origin, { host: "evil.example" })).rejects.toThrow(/403/);
    const own = /"port":(\d+),"msg":"listening for WebSockets"/.exec(run.output())?.[1];
    const beside = await RawStream.open(`http://127.0.0.1:${own}`);
    beside.close();
    expect((await fetch(`http://127.0.0.1:${own}/api/v1/time`)).status).toBe(404);
  });

  test("after kill -9 and a new start the client is back with the same book, and its orders go on", async () => {
    const port = new URL(run.origin).port;
    const grace = alice.as("grace");
    const stream = new ObservedStream(run.origin, "grace");
    await waitFor("the book", 10_000, () => stream.reasons[0]);
    const { body: before } = await grace.place("BUY", "1", "800.00");
    await waitFor("the order", 5_000, () => stream.orders.get(before.orderId));
    await run.kill();
    run = await startEmbedded(runtime, folder.directory, {
      TRADE_ENGINE_SERVER_HTTP_PORT: port,
      TRADE_ENGINE_SERVER_WEBSOCKET_PORT: "0",
    });
    const { body: after } = await grace.place("BUY", "1", "801.00");
    await waitFor("the later order", 30_000, () => stream.orders.get(after.orderId));
    const { body: depth } = await grace.get("/markets/BTC-USDT/depth?limit=1000");
    expect(stream.book.bids()).toEqual(levels(depth.bids));
    expect(stream.orderReasons).toEqual(["SUBSCRIBED"]);
    stream.client.close();
  });
});

const levels = (side: Json[]) => side.map(({ price, quantity, orders }) => [price, quantity, orders]);
const keyOf = ({ tradeId, orderId, quantity, liquidity }: Json) =>
  [tradeId, orderId, quantity, liquidity].join();
