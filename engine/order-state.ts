import type { MatchingCore } from "./core/matching-core.ts";
import { ExtraDouble, ExtraWord } from "./core/order-extras.ts";
import { formatId } from "./ids.ts";
import type { OrderState } from "./outcome.ts";

const id = { a: 0, b: 0, c: 0, d: 0 };

/** The state of the order in a slot, as an object of its own. */
export function orderStateOf(core: MatchingCore, slot: number): OrderState {
  const { orders, extras } = core;
  const row = orders.extras(slot);
  return {
    orderId: formatId(orders.readId(slot, id)),
    clientOrderId: core.clientOrderId(slot),
    listId: row === 0 ? "" : listIdOf(core, row),
    userId: core.users.name(orders.userSlot(slot)),
    symbol: orders.symbol(slot),
    side: orders.side(slot),
    type: orders.type(slot),
    timeInForce: orders.timeInForce(slot),
    selfTradePrevention: orders.selfTradePrevention(slot),
    postOnly: orders.postOnly(slot),
    status: orders.status(slot),
    code: orders.code(slot),
    price: orders.price(slot),
    stopPrice: extras.double(row, ExtraDouble.StopPrice),
    trailingDelta: extras.word(row, ExtraWord.TrailingDelta),
    trailingAmount: extras.double(row, ExtraDouble.TrailingAmount),
    activationPrice: extras.double(row, ExtraDouble.ActivationPrice),
    quantity: orders.quantity(slot),
    displayQuantity: extras.double(row, ExtraDouble.DisplayQuantity),
    filledQuantity: orders.filled(slot),
    preventedQuantity: extras.double(row, ExtraDouble.Prevented),
    quoteQuantity: row === 0 ? 0n : extras.quoteQuantity(row),
    filledQuote: orders.filledQuote(slot),
    expireAtMs: extras.double(row, ExtraDouble.ExpireAt),
    triggeredAtMs: extras.double(row, ExtraDouble.TriggeredAt),
    updatedAtMs: orders.updatedTimeMs(slot),
    sequence: orders.updatedSequence(slot),
  };
}

function listIdOf(core: MatchingCore, row: number): string {
  id.a = core.extras.word(row, ExtraWord.ListId) >>> 0;
  id.b = core.extras.word(row, ExtraWord.ListId + 1) >>> 0;
  id.c = core.extras.word(row, ExtraWord.ListId + 2) >>> 0;
  id.d = core.extras.word(row, ExtraWord.ListId + 3) >>> 0;
  return (id.a | id.b | id.c | id.d) === 0 ? "" : formatId(id);
}
