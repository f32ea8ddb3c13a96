import { describe, expect, it } from "vitest";
import { TRACE_PLACE_BYTES } from "../../engine/wire/message.ts";
import { contextOfPlace, contextOfTraceparent, placeOf } from "../../infra/telemetry/trace-place.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

describe("a place in a trace", () => {
  it("comes back from its bytes as it was", () => {
    const context = { traceId: TRACE, spanId: SPAN, traceFlags: 1 };
    const place = placeOf(context);
    expect(place).toHaveLength(TRACE_PLACE_BYTES);
    expect(contextOfPlace(place)).toEqual({ ...context, isRemote: true });
  });

  it("is none where the bytes or the header are none", () => {
    expect(contextOfPlace(new Uint8Array(0))).toBeNull();
    expect(contextOfPlace(new Uint8Array(TRACE_PLACE_BYTES))).toBeNull();
    for (const header of [
      undefined,
      "",
      "00-x",
      `00-${"0".repeat(32)}-${SPAN}-01`,
      `ff-${TRACE}-${SPAN}-01`,
    ]) {
      expect(contextOfTraceparent(header)).toBeNull();
    }
    expect(contextOfTraceparent(`00-${TRACE}-${SPAN}-00`)).toMatchObject({ traceId: TRACE, traceFlags: 0 });
  });
});
