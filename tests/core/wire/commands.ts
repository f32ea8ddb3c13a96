import fc from "fast-check";
import { Code } from "../../../engine/core/codes.ts";
import { AmendField, Command, type IdWords, type OrderRequest } from "../../../engine/core/command.ts";
import { CommandKind, type Side } from "../../../engine/core/terms.ts";

/** Arbitrary commands of every kind, filled only in what their kind reads. */

const word = fc.integer({ min: 0, max: 0xffff_ffff });
const words = fc.record({ a: word, b: word, c: word, d: fc.integer({ min: 1, max: 0xffff_ffff }) });
const amount = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 300 }),
  fc.maxSafeNat(),
  fc.constant(Number.MAX_SAFE_INTEGER),
);
const name = fc
  .oneof(fc.stringMatching(/^[a-z0-9-]{1,40}$/), fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }))
  .filter((text) => !/\p{Cc}/u.test(text) && new TextEncoder().encode(text).length <= 128);
const maybeName = fc.oneof(fc.constant(""), name);
const quote = fc.oneof(fc.constant(0n), fc.bigInt({ min: 1n, max: 2n ** 106n - 1n }));
const symbol = fc.integer({ min: 1, max: 0xffff });

const order = fc.record({
  id: words,
  clientOrderId: maybeName,
  side: fc.integer({ min: 0, max: 1 }),
  type: fc.integer({ min: 0, max: 4 }),
  timeInForce: fc.integer({ min: 0, max: 4 }),
  selfTradePrevention: fc.integer({ min: 0, max: 4 }),
  postOnly: fc.boolean(),
  price: amount,
  quantity: amount,
  quoteQuantity: quote,
  displayQuantity: amount,
  stopPrice: amount,
  trailingDelta: fc.integer({ min: 0, max: 0xffff }),
  trailingAmount: amount,
  activationPrice: amount,
  expireAtMs: fc.integer({ min: 0, max: 253_402_300_799_999 }),
});
type OrderFields = typeof order extends fc.Arbitrary<infer T> ? T : never;

const spec = fc.record({
  symbol,
  name,
  base: maybeName,
  quote: maybeName,
  priceStep: maybeName,
  quantityStep: maybeName,
  minPrice: amount,
  maxPrice: amount,
  minQuantity: amount,
  maxQuantity: amount,
  minNotional: quote,
  priceBandBps: fc.integer({ min: 0, max: 10_000 }),
  referencePrice: amount,
  sessionEndMinute: fc.integer({ min: 0, max: 1_439 }),
  maxOpenOrders: fc.integer({ min: 0, max: 1_000 }),
  status: fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const),
});

const reason = fc.oneof(fc.constant(0), fc.integer({ min: 100, max: 106 }));

export const anyCommand: fc.Arbitrary<Command> = fc
  .record({
    kind: fc.constantFrom(...Object.values(CommandKind)),
    id: words,
    symbol,
    userId: name,
    order,
    stopLeg: order,
    target: words,
    targetClientOrderId: maybeName,
    amendMask: fc.integer({ min: 0, max: 255 }),
    flag: fc.boolean(),
    reason,
    status: fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const),
    spec,
    code: fc.constantFrom(...Object.values(Code).filter((code) => code !== Code.NONE)),
  })
  .map((fields) => {
    const command = new Command();
    command.kind = fields.kind;
    Object.assign(command.id, fields.id);
    const owned: CommandKind[] = [
      CommandKind.Place,
      CommandKind.Cancel,
      CommandKind.CancelAll,
      CommandKind.Amend,
      CommandKind.Replace,
      CommandKind.PlaceList,
      CommandKind.CancelList,
    ];
    if (owned.includes(command.kind)) command.symbol = fields.symbol;
    if (owned.includes(command.kind) || command.kind === CommandKind.KillSwitch)
      command.userId = fields.userId;
    switch (command.kind) {
      case CommandKind.Place:
        fillOrder(command.order, { ...fields.order, id: fields.id });
        break;
      case CommandKind.Cancel:
        fillTarget(command, fields);
        command.byAdmin = fields.flag;
        command.cancelReason = fields.reason;
        break;
      case CommandKind.CancelAll:
        command.cancelReason = fields.reason;
        break;
      case CommandKind.Amend:
        fillTarget(command, fields);
        fillAmend(command, fields.amendMask, fields.order);
        break;
      case CommandKind.Replace:
        fillTarget(command, fields);
        command.stopOnFailure = fields.flag;
        fillOrder(command.order, fields.order);
        break;
      case CommandKind.PlaceList:
        fillOrder(command.order, fields.order);
        fillOrder(command.stopLeg, fields.stopLeg);
        break;
      case CommandKind.CancelList:
        Object.assign(command.target, fields.target);
        break;
      case CommandKind.DefineSymbol:
        command.spec = fields.spec;
        break;
      case CommandKind.SetSymbolStatus:
        command.symbol = fields.symbol;
        command.status = fields.status;
        break;
      case CommandKind.KillSwitch:
        command.enabled = fields.flag;
        break;
      case CommandKind.ExpireDue:
        break;
      case CommandKind.Refusal:
        command.code = fields.code;
        break;
    }
    return command;
  });

function fillOrder(into: OrderRequest, fields: OrderFields): void {
  Object.assign(into.id, fields.id);
  const { id: _, ...rest } = fields;
  Object.assign(into, rest, { side: fields.side as Side });
}

function fillTarget(command: Command, fields: { target: IdWords; targetClientOrderId: string }): void {
  if (fields.targetClientOrderId === "") Object.assign(command.target, fields.target);
  else command.targetClientOrderId = fields.targetClientOrderId;
}

function fillAmend(command: Command, mask: number, fields: OrderFields): void {
  command.amendMask = mask;
  const { order } = command;
  if (mask & AmendField.Price) order.price = fields.price;
  if (mask & AmendField.Quantity) order.quantity = fields.quantity;
  if (mask & AmendField.StopPrice) order.stopPrice = fields.stopPrice;
  if (mask & AmendField.TrailingDelta) order.trailingDelta = fields.trailingDelta;
  if (mask & AmendField.TrailingAmount) order.trailingAmount = fields.trailingAmount;
  if (mask & AmendField.ActivationPrice) order.activationPrice = fields.activationPrice;
  if (mask & AmendField.DisplayQuantity) order.displayQuantity = fields.displayQuantity;
}
