import type { ApiServices, App } from "../../context.ts";
import { problem } from "../../problem.ts";
import { refuse } from "../../respond.ts";
import { type StreamRoute, streamRoute } from "./stream.route.ts";

const RETRY_AFTER_S = "5";

/** The WebSocket. Whoever serves the app makes one of a request whose offer is taken. */
export function mountStream(app: App, { stream }: ApiServices): void {
  app.openapi(streamRoute, (context) => {
    const offer = (context.env as typeof context.env | undefined)?.upgradeOffer;
    if (offer === undefined) {
      return refuse<StreamRoute>(problem("WEBSOCKET_EXPECTED"), { upgrade: "websocket" });
    }
    const accept = stream.accept(context.get("address"));
    if (accept === null) {
      return refuse<StreamRoute>(problem("TOO_MANY_CONNECTIONS"), { "retry-after": RETRY_AFTER_S });
    }
    offer.accept = accept;
    return refuse<StreamRoute>(problem("WEBSOCKET_EXPECTED"));
  });
}
