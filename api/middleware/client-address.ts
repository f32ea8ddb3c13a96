import type { MiddlewareHandler } from "hono";
import ipaddr from "ipaddr.js";
import type { AppEnv } from "../context.ts";

/**
 * Finds whom a request comes from. `X-Forwarded-For` is anybody's claim, except for what a trusted
 * proxy put behind it: from the right, the first address that is not itself a trusted proxy's.
 */
export function clientAddress(trustedProxies: readonly string[]): MiddlewareHandler<AppEnv> {
  const isTrusted = addressList(trustedProxies);
  return async (context, next) => {
    // An app that is asked without a server (in tests) has no bindings at all.
    const peer = plainAddress((context.env as AppEnv["Bindings"] | undefined)?.peerAddress ?? "");
    context.set("address", clientOf(peer, context.req.header("x-forwarded-for"), isTrusted));
    await next();
  };
}

function clientOf(
  peer: string,
  forwardedFor: string | undefined,
  isTrusted: (address: string) => boolean,
): string {
  if (forwardedFor === undefined || !isTrusted(peer)) return peer;
  let client = peer;
  for (const part of forwardedFor.split(",").reverse()) {
    const address = plainAddress(part.trim());
    if (address === "") return client;
    client = address;
    if (!isTrusted(address)) return client;
  }
  return client;
}

/** True for what can stand in an address list: an address, or a network as in 10.0.0.0/8. */
export function isAddressOrNetwork(text: string): boolean {
  return ipaddr.isValidCIDR(text) || (ipaddr.isValid(text) && !/^\d+$/.test(text));
}

/** Whether an address is in a list of addresses and networks. An entry that is none throws. */
export function addressList(entries: readonly string[]): (address: string) => boolean {
  const networks = entries.map((entry): [ipaddr.IPv4 | ipaddr.IPv6, number] => {
    if (entry.includes("/")) return ipaddr.parseCIDR(entry);
    const address = ipaddr.process(entry);
    return [address, address.kind() === "ipv4" ? 32 : 128];
  });
  return (text) => {
    if (!ipaddr.isValid(text)) return false;
    const address = ipaddr.process(text);
    return networks.some(
      ([network, bits]) => network.kind() === address.kind() && address.match(network, bits),
    );
  };
}

/** As in lists: IPv4 inside IPv6 is IPv4, and no zone; "" for what is no address. */
function plainAddress(text: string): string {
  const [address = ""] = text.split("%");
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : "";
}
