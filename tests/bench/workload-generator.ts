import { seededRandom } from "../../infra/seeded-random.ts";
import { completeStream, emptyStream, type MessageStream, MessageType } from "../support/workload.ts";

/**
 * Message streams of the kind of the public matching-engine workload, out of a seed. Nearly every order is cancelled by the
 * very next message, one in five modified by a tick before that, one in seven is IOC; one in twenty stays, so that the
 * book grows all the time, in most scenarios to about as many levels as orders. Scenarios differ in how far their orders
 * lie apart: in a static market on ten ticks, by a power law; else all over the range that the price moves through, with
 * some that reach over to the other side. Only +, −, × and whole numbers, so that every runtime makes the same bytes.
 */
export const SCENARIOS = ["static", "normal", "swing-25", "swing-40", "flash-crash"] as const;
export type Scenario = (typeof SCENARIOS)[number];

const START_TICKS = 33_504;
const IOC_SHARE = 0.15;
const MODIFY_SHARE = 0.2;
const CANCEL_SHARE = 0.95;

/** Ticks behind the start at which buys come in; sells do on twice as many. */
const WIDTH: Readonly<Record<Scenario, number>> = {
  static: 10,
  normal: 500,
  "swing-25": 6_250,
  "swing-40": 10_000,
  "flash-crash": 15_500,
};
/** Of the orders where the price moves, those that are priced beyond the start, on the other side of it. */
const REACHING_BUYS = 0.14;
const REACHING_SELLS = 0.22;

/** A stream with `orders` new orders. */
export function generateStream(scenario: Scenario, orders: number, seed: number): MessageStream {
  const random = seededRandom(seed + SCENARIOS.indexOf(scenario));
  const full = emptyStream(orders * 3);
  let count = 0;
  const add = (type: number, id: number, side: number, price: number, quantity: number): void => {
    full.type[count] = type;
    full.side[count] = side;
    full.sequence[count] = count + 1;
    full.orderId[count] = id;
    full.price[count] = price;
    full.quantity[count] = quantity;
    count += 1;
  };
  for (let id = 1; id <= orders; id += 1) {
    const side = random() < 0.5 ? 0 : 1;
    const quantity = 1 + Math.floor(random() * 100);
    const distance = behind(scenario, side, random);
    const price = side === 0 ? START_TICKS - distance : START_TICKS + distance;
    const isIoc = random() < IOC_SHARE;
    add(MessageType.New, id, side, price, quantity);
    if (isIoc) {
      full.ioc[count - 1] = 1;
      continue;
    }
    const isModified = random() < MODIFY_SHARE;
    const nearer = side === 0 ? price + 1 : price - 1;
    if (isModified) add(MessageType.Modify, id, side, nearer, quantity + 1);
    if (random() < CANCEL_SHARE) add(MessageType.Cancel, id, side, isModified ? nearer : price, quantity);
  }
  return cut(full, count);
}

/** How many ticks behind the start an order comes in; negative: beyond it. */
function behind(scenario: Scenario, side: number, random: () => number): number {
  const width = WIDTH[scenario];
  const drawn = random();
  const square = drawn * drawn;
  // Most of them far from the touch.
  if (scenario === "static") return 1 + Math.floor(width * (1 - square * square));
  if (side === 0) return Math.floor(random() < REACHING_BUYS ? -drawn * width * 0.2 : square * width);
  return Math.floor(random() < REACHING_SELLS ? -drawn * width * 0.75 : drawn * width * 2);
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
