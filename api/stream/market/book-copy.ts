import type { BookLevel, BookUpdate, Depth } from "../../../engine/ports.ts";
import { SideWindow } from "./side-window.ts";

/** What of a book's changes is told on. */
export interface ToldLevels {
  bid(level: BookLevel): void;
  ask(level: BookLevel): void;
}

/** Where a copy stands. */
export interface BookPlace {
  readonly timeline: string;
  readonly epoch: number;
  /** Sequence of the last update in it. */
  readonly sequence: number;
  readonly timeMs: number;
}

/** A process's copy of one book: all of its levels, of which the best so many are told on. */
export class BookCopy {
  readonly bids: SideWindow;
  readonly asks: SideWindow;
  place: BookPlace | null = null;

  constructor(levels: number) {
    this.bids = new SideWindow(true, levels);
    this.asks = new SideWindow(false, levels);
  }

  replace({ timeline, epoch, sequence, timeMs, bids, asks }: Depth | BookUpdate): void {
    this.bids.replace(bids);
    this.asks.replace(asks);
    this.place = { timeline, epoch, sequence, timeMs };
  }

  /** Applies the update that follows on the last one. */
  apply({ timeline, epoch, sequence, timeMs, bids, asks }: BookUpdate, told: ToldLevels): void {
    this.bids.apply(bids, (level) => told.bid(level));
    this.asks.apply(asks, (level) => told.ask(level));
    this.place = { timeline, epoch, sequence, timeMs };
  }
}
