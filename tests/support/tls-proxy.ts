import { readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { inRoot } from "../../infra/dev/launch/paths.mjs";

/** The authority that vouches for the proxies' certificate, as a file; its key was thrown away. */
export const AUTHORITY_FILE = inRoot("tests/support/tls/authority.pem");

const certificate = {
  cert: readFileSync(inRoot("tests/support/tls/server.pem")),
  key: readFileSync(inRoot("tests/support/tls/server-key.pem")),
};

/** What a client of PostgreSQL sends first where it wants TLS: a length and this number. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** A service of this machine behind TLS. */
export interface TlsProxy {
  readonly url: string;
  /** Connections that came encrypted. */
  encrypted(): number;
  close(): void;
}

/**
 * Speaks TLS (for `postgres://` after the client's SSLRequest, as PostgreSQL does) and hands on what is inside.
 * Whoever does not ask for TLS is cut off.
 */
export async function tlsProxyTo(url: string): Promise<TlsProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let encrypted = 0;
  const secure = (client: Socket): void => {
    const inside = new TLSSocket(client, { isServer: true, ...certificate });
    const service = connect(Number(target.port), target.hostname);
    sockets.add(service);
    const end = (): void => {
      client.destroy();
      service.destroy();
    };
    for (const socket of [inside, service, client]) socket.on("error", end).on("close", end);
    inside.once("secure", () => {
      encrypted += 1;
    });
    inside.pipe(service).pipe(inside);
  };
  const server = createServer((client) => {
    sockets.add(client);
    client.on("error", () => client.destroy());
    if (!target.protocol.startsWith("postgres")) {
      secure(client);
      return;
    }
    client.once("data", (first) => {
      if (SSL_REQUEST.equals(first as Buffer)) {
        client.write("S");
        secure(client);
      } else client.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const own = new URL(url.replace(/^redis:/, "rediss:").replace(/^amqp:/, "amqps:"));
  own.hostname = "localhost";
  own.port = String((server.address() as AddressInfo).port);
  return {
    url: own.href,
    encrypted: () => encrypted,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
