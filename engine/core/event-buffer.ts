import type { EventType } from "./event.ts";

const FIRST_CAPACITY = 1_024;

/** The events of the last command, one column a field (event.ts says what each means). */
export class EventBuffer {
  count = 0;
  type: Uint8Array = new Uint8Array(FIRST_CAPACITY);
  slot: Int32Array = new Int32Array(FIRST_CAPACITY);
  other: Int32Array = new Int32Array(FIRST_CAPACITY);
  /** Ticks. */
  price: Float64Array = new Float64Array(FIRST_CAPACITY);
  /** Lots. */
  quantity: Float64Array = new Float64Array(FIRST_CAPACITY);
  code: Uint8Array = new Uint8Array(FIRST_CAPACITY);

  push(type: EventType, slot: number, other: number, price: number, quantity: number, code: number): void {
    const at = this.count;
    if (at === this.type.length) this.#grow();
    this.type[at] = type;
    this.slot[at] = slot;
    this.other[at] = other;
    this.price[at] = price;
    this.quantity[at] = quantity;
    this.code[at] = code;
    this.count = at + 1;
  }

  #grow(): void {
    const capacity = this.type.length * 2;
    this.type = copied(this.type, new Uint8Array(capacity));
    this.slot = copied(this.slot, new Int32Array(capacity));
    this.other = copied(this.other, new Int32Array(capacity));
    this.price = copied(this.price, new Float64Array(capacity));
    this.quantity = copied(this.quantity, new Float64Array(capacity));
    this.code = copied(this.code, new Uint8Array(capacity));
  }
}

function copied<T extends Uint8Array | Int32Array | Float64Array>(from: T, into: T): T {
  into.set(from);
  return into;
}
