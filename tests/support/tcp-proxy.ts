/** A wire between a client and a server that can be cut, or go dead without a word. */
import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from "node:net";

/** Forwards connections to a server on this machine until told otherwise. */
export class TcpProxy {
  readonly #server: Server;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #pairs = new Set<{ readonly client: Socket; readonly server: Socket }>();
  #dead = false;

  private constructor(server: Server, target: { host: string; port: number }) {
    this.#server = server;
    this.#target = target;
  }

  /** Listens on a free port for connections to the server of this URL. */
  static async to(url: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(url);
    const server = createServer();
    const proxy = new TcpProxy(server, { host: hostname, port: Number(port) });
    server.on("connection", (client) => proxy.#forward(client));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  /** The server's URL by way of this proxy. */
  through(url: string): string {
    const own = new URL(url);
    own.hostname = "127.0.0.1";
    own.port = String((this.#server.address() as AddressInfo).port);
    return own.href;
  }

  /** Ends every connection on both sides. */
  cut(): void {
    for (const { client, server } of this.#pairs) {
      client.destroy();
      server.destroy();
    }
  }

  /** Ends every connection on the client's side; the server hears nothing of it. */
  cutClients(): void {
    for (const { client, server } of this.#pairs) {
      client.unpipe(server);
      client.destroy();
    }
  }

  /** Nothing passes any more in either direction, until `revive`; connections stay open. */
  stall(): void {
    this.#dead = true;
    for (const { client, server } of this.#pairs) {
      client.unpipe(server).pause();
      server.unpipe(client).pause();
    }
  }

  revive(): void {
    this.#dead = false;
    for (const { client, server } of this.#pairs) {
      client.pipe(server, { end: false });
      server.pipe(client, { end: false });
    }
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #forward(client: Socket): void {
    const server = dial(this.#target);
    const pair = { client, server };
    this.#pairs.add(pair);
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on("error", () => undefined); // `close` follows
    }
    client.on("close", () => {
      if (this.#dead) return;
      // After `cutClients` the server's side goes on by itself; a client that was killed may be gone without an end.
      if (client.readableFlowing === false) server.resume();
      else server.end();
    });
    client.on("end", () => server.end());
    server.on("end", () => client.end());
    server.on("close", () => {
      this.#pairs.delete(pair);
      client.destroy();
    });
    if (this.#dead) return;
    client.pipe(server, { end: false });
    server.pipe(client, { end: false });
  }
}
