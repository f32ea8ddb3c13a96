import { ed25519Pair, signedHeaders } from "../../support/signing.ts";
import { RawStream } from "../../support/stream/raw-stream.ts";
import { ORDER, type Target } from "./target.ts";

/** Attacks over the WebSocket, by mallory; each gives the code that the stream answered with. */
export const ON_STREAM: Readonly<Record<string, (target: Target) => Promise<string>>> = {
  "own orders without a credential": (target) =>
    overStream(target, async (stream) => {
      stream.send({ op: "subscribe", channels: ["orders"] });
      return (await stream.next("error")).code;
    }),
  "a token that has expired": async (target) => {
    const token = await target.issuer.token("mallory", { exp: Math.floor(Date.now() / 1_000) - 1 });
    return refusedWith(target, { token });
  },
  "a token without a signature": (target) => {
    const parts = [{ alg: "none" }, { sub: "victim", iss: target.issuer.name }].map((part) =>
      Buffer.from(JSON.stringify(part)).toString("base64url"),
    );
    return refusedWith(target, { token: `${parts.join(".")}.` });
  },
  "the signature of another connection": async (target) => {
    const credential = signature(target.keys.ed25519);
    await overStream(target, async (stream) => {
      stream.send({ op: "auth", ...credential });
      await stream.next("authenticated");
      return "";
    });
    return refusedWith(target, credential);
  },
  "another user's token on a connection of one's own": (target) =>
    overStream(target, async (stream) => {
      stream.send({ op: "auth", token: await target.issuer.token("mallory") });
      await stream.next("authenticated");
      stream.send({ op: "auth", token: await target.issuer.token("victim") });
      return (await stream.next("error")).code;
    }),
  "reading on after the token has ended": (target) =>
    overStream(target, async (stream) => {
      const exp = Math.floor(Date.now() / 1_000) + 2;
      stream.send({ op: "auth", token: await target.issuer.token("mallory", { exp }) });
      return orderlessAfterEnd(target, stream);
    }),
  "reading on after the API key was revoked": (target) =>
    overStream(target, async (stream) => {
      const pair = ed25519Pair();
      const { publicKey } = pair;
      const made = await target.helper.call("POST", "/api-keys", {
        ...{ name: "soon revoked", kind: "ED25519", scopes: ["read"], publicKey },
      });
      const { keyId } = made.body.apiKey;
      stream.send({ op: "auth", ...signature(pair.key(keyId)) });
      await stream.next("authenticated");
      await target.helper.call("DELETE", `/api-keys/${keyId}`);
      return orderlessAfterEnd(target, stream, false);
    }),
};

/** Own orders until the credential ends; what is placed after that is not told. */
async function orderlessAfterEnd(target: Target, stream: RawStream, authenticates = true): Promise<string> {
  if (authenticates) {
    await stream.next("authenticated");
    stream.send({ op: "subscribe", channels: ["orders"] });
    await stream.next("orders.snapshot");
  }
  const { code } = await stream.next("error");
  const placed = await target.helper.call("POST", "/orders", ORDER);
  if (placed.status !== 201) throw new Error(JSON.stringify(placed.body));
  stream.send({ op: "subscribe", channels: ["orders"] });
  const after = await stream.next("error");
  if (after.code !== "UNAUTHENTICATED") throw new Error(`then ${after.code}`);
  if (stream.has("orders.update")) throw new Error("told of an order after its end");
  return code;
}

function refusedWith(target: Target, credential: object): Promise<string> {
  return overStream(target, async (stream) => {
    stream.send({ op: "auth", ...credential });
    return (await stream.next("error")).code;
  });
}

function signature(key: Parameters<typeof signedHeaders>[0]): object {
  const headers = signedHeaders(key, { method: "GET", target: "/ws" });
  return {
    apiKey: headers["x-api-key"],
    timestamp: headers["x-timestamp"],
    nonce: headers["x-nonce"],
    signature: headers["x-signature"],
  };
}

async function overStream({ run }: Target, attack: (stream: RawStream) => Promise<string>): Promise<string> {
  const stream = await RawStream.open(run.origin);
  try {
    return await attack(stream);
  } finally {
    stream.close();
  }
}
