import { ClientOrderIds } from "./client-order-ids.ts";
import type { Code } from "./codes.ts";
import { EventType } from "./event.ts";
import { EventBuffer } from "./event-buffer.ts";
import { Levels } from "./levels.ts";
import { ListIndex } from "./list-index.ts";
import { OpenCounts } from "./open-counts.ts";
import { OrderExtras } from "./order-extras.ts";
import { OrderIndex } from "./order-index.ts";
import * as Row from "./order-row.ts";
import { OrderTable } from "./order-table.ts";
import { SymbolTable } from "./symbol-table.ts";
import { Timers } from "./timers.ts";
import { UserTable } from "./user-table.ts";

/** Places in {@link CoreState.clock}. */
export const SEQUENCE = 0;
export const TIME = 1;

/** Everything that the core knows, handed to the functions that apply commands to it. */
export class CoreState {
  readonly events = new EventBuffer();
  readonly orders: OrderTable;
  readonly extras = new OrderExtras();
  readonly index: OrderIndex;
  readonly users: UserTable;
  readonly clientIds: ClientOrderIds;
  readonly counts = new OpenCounts();
  readonly levels = new Levels();
  readonly timers: Timers;
  readonly lists: ListIndex;
  readonly symbols = new SymbolTable();
  /** Triggered orders that have not entered yet. */
  readonly triggered: number[] = [];
  /** Sequence and time of the command being applied: doubles, kept out of object fields. */
  readonly clock = new Float64Array(2);

  constructor(orderCapacity: number) {
    this.orders = new OrderTable(orderCapacity);
    this.index = new OrderIndex(this.orders);
    this.users = new UserTable(this.orders);
    this.clientIds = new ClientOrderIds(this.orders);
    this.timers = new Timers(this.orders, this.extras);
    this.lists = new ListIndex(this.orders, this.extras);
  }

  /** The command does nothing, and why. */
  refuse(code: Code): void {
    this.events.push(EventType.Refused, -1, -1, 0, 0, code);
  }

  /** Marks an order as changed by this command. */
  stamp(slot: number): void {
    const { doubles } = this.orders.segments[slot >>> Row.SEGMENT_SHIFT]!;
    const at = (slot & Row.SEGMENT_MASK) * Row.ROW_DOUBLES;
    doubles[at + Row.UPDATED_SEQUENCE] = this.clock[SEQUENCE]!;
    doubles[at + Row.UPDATED_TIME] = this.clock[TIME]!;
  }
}
