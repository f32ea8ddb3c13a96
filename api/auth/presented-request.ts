import type { AppContext } from "../context.ts";
import type { BodyLimits } from "../middleware/body-limits.ts";
import { rawBody } from "../middleware/raw-body.ts";
import type { Presented } from "./principal.ts";

/** A request as authenticators see it. @param limits of the largest body that any route takes */
export function presentedBy(context: AppContext, limits: BodyLimits): Presented {
  return {
    header: (name) => context.req.header(name),
    method: context.req.method,
    target: targetOf(context.req.raw.url),
    address: context.get("address"),
    body: () => rawBody(context, limits),
  };
}

/** What stands behind scheme and host: `/api/v1/orders?symbol=BTC/USDT`, untouched by any decoding. */
function targetOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  if (start === -1) return "/";
  const end = url.indexOf("#", start);
  return end === -1 ? url.slice(start) : url.slice(start, end);
}
