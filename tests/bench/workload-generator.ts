import { seededRandom } from "../../infra/seeded-random.ts";
import { completeStream, emptyStream, type MessageStream, MessageType } from "../support/workload.ts";

/**
 * Message streams of the kind of the public matching-engine workload, out of a seed: a mid price that wanders,
 * depth by a power law around it, 15 % IOC, 20 % of the orders modified, 95 % of what rests
 * cancelled after a while. Only +, −, ×, ÷ and whole numbers, so that every runtime makes the same bytes.
 */
export const SCENARIOS = ["static", "normal", "swing-25", "swing-40", "flash-crash"] as const;
export type Scenario = (typeof SCENARIOS)[number];

const START_TICKS = 100_000;
const MAX_DEPTH = 2_000;
const IOC_SHARE = 0.15;
const MODIFY_SHARE = 0.2;
const CANCEL_SHARE = 0.95;
/** Orders that pass before an order's cancel or modify comes, at most. */
const LIFE = 20_000;

/** A stream with `orders` new orders. */
export function generateStream(scenario: Scenario, orders: number, seed: number): MessageStream {
  const random = seededRandom(seed + SCENARIOS.indexOf(scenario));
  const full = emptyStream(orders * 3);
  /** What is to happen after each order: ids to cancel, and (negative) to modify. */
  const later: (number[] | undefined)[] = new Array<number[] | undefined>(orders + 1).fill(undefined);
  const sides = new Uint8Array(orders);
  let count = 0;
  let walk = 0;
  const add = (type: number, id: number, ioc: number, mid: number): void => {
    const side = sides[id - 1]!;
    full.type[count] = type;
    full.side[count] = side;
    full.ioc[count] = ioc;
    full.sequence[count] = count + 1;
    full.orderId[count] = id;
    if (type !== MessageType.Cancel) {
      full.quantity[count] = 1 + Math.floor(random() * 100);
      full.price[count] = priceOf(side, ioc, mid, random);
    }
    count += 1;
  };
  for (let index = 0; index < orders; index += 1) {
    walk += random() + random() + random() - 1.5;
    const mid = midOf(scenario, index / orders, walk);
    const id = index + 1;
    sides[index] = random() < 0.5 ? 0 : 1;
    const ioc = random() < IOC_SHARE ? 1 : 0;
    add(MessageType.New, id, ioc, mid);
    if (ioc === 0) {
      const life = Math.floor(random() * random() * LIFE) + 1;
      if (random() < MODIFY_SHARE) plan(later, index + Math.floor(random() * life), -id);
      if (random() < CANCEL_SHARE) plan(later, index + life, id);
    }
    for (const due of later[index] ?? []) {
      if (due > 0) add(MessageType.Cancel, due, 0, mid);
      else add(MessageType.Modify, -due, 0, mid);
    }
    later[index] = undefined;
  }
  return cut(full, count);
}

function plan(later: (number[] | undefined)[], at: number, id: number): void {
  if (at >= later.length) return;
  const list = later[at];
  if (list === undefined) later[at] = [id];
  else list.push(id);
}

/** The mid price in ticks at a share of the run. */
function midOf(scenario: Scenario, share: number, walk: number): number {
  switch (scenario) {
    case "static":
      return START_TICKS;
    case "normal":
      return START_TICKS + Math.floor(walk);
    case "swing-25":
      return START_TICKS + Math.floor(walk) + Math.floor(triangle(share * 4) * START_TICKS * 0.25);
    case "swing-40":
      return START_TICKS + Math.floor(walk) + Math.floor(triangle(share * 4) * START_TICKS * 0.4);
    case "flash-crash": {
      const fall =
        share < 0.5 ? 0 : share < 0.52 ? (share - 0.5) / 0.02 : share < 0.6 ? (0.6 - share) / 0.08 : 0;
      return START_TICKS + Math.floor(walk) - Math.floor(fall * START_TICKS * 0.3);
    }
  }
}

/** A wave between −1 and 1 with period 1. */
function triangle(phase: number): number {
  const part = phase - Math.floor(phase);
  if (part < 0.25) return part * 4;
  return part < 0.75 ? 2 - part * 4 : part * 4 - 4;
}

/** Behind the mid by a power law; an IOC, and one in ten others, reaches over it. */
function priceOf(side: number, ioc: number, mid: number, random: () => number): number {
  const depth = Math.min(MAX_DEPTH, Math.floor(5 / (random() + 0.0025)) - 4);
  const reaches = ioc === 1 || random() < 0.1;
  const distance = reaches ? -Math.floor(random() * 10) : depth;
  const price = side === 0 ? mid - 1 - distance : mid + 1 + distance;
  return Math.max(1, price);
}

function cut(full: MessageStream, count: number): MessageStream {
  const stream: MessageStream = {
    count,
    type: full.type.slice(0, count),
    side: full.side.slice(0, count),
    ioc: full.ioc.slice(0, count),
    quantity: full.quantity.slice(0, count),
    sequence: full.sequence.slice(0, count),
    orderId: full.orderId.slice(0, count),
    idHigh: full.idHigh.slice(0, count),
    idLow: full.idLow.slice(0, count),
    price: full.price.slice(0, count),
    generation: full.generation.slice(0, count),
  };
  completeStream(stream);
  return stream;
}
