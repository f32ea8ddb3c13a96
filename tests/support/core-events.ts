import type { MatchingCore } from "../../engine/core/matching-core.ts";

/** The last command's events as lines, slots told by their orders' ids and states. */
export function eventsText(core: MatchingCore): string[] {
  const { events, orders } = core;
  const id = { a: 0, b: 0, c: 0, d: 0 };
  const nameOf = (slot: number): string => {
    if (slot < 0) return "-";
    const { a, b, c, d } = orders.readId(slot, id);
    return `${a}.${b}.${c}.${d}/${orders.status(slot)}/${orders.remaining(slot)}/${orders.filledQuote(slot)}`;
  };
  return Array.from({ length: events.count }, (_, at) => {
    const other =
      events.type[at] === 3 || events.type[at] === 8 ? nameOf(events.other[at]!) : events.other[at];
    const amounts = `${events.price[at]} ${events.quantity[at]} ${events.code[at]}`;
    // A user's slot is its own affair.
    return `${events.type[at]} ${nameOf(events.slot[at]!)} ${events.type[at] === 12 ? "" : other} ${amounts}`;
  });
}
