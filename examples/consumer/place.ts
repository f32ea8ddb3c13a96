import type { EventMessage } from "../../api/schemas/events.ts";

/** How far the events of one symbol group are worked in. */
export interface GroupPlace {
  timeline: string;
  epoch: number;
  sequence: number;
  /** Messages of that sequence: several carry the same one. */
  ids: string[];
  /** Timelines that another one has replaced: the newest few. */
  retired: string[];
}

/** Why an event is not worked in. */
export type Dropped = "duplicate" | "old timeline" | "old epoch";

const MAX_RETIRED = 10;

/**
 * What a consumer remembers, so that each event counts once although the broker may bring it several times:
 * by group, the last sequence and the ids seen at it. To be kept in the same transaction as what the event
 * does.
 */
export class Places {
  readonly #groups: Map<string, GroupPlace>;

  constructor(groups: Readonly<Record<string, GroupPlace>> = {}) {
    this.#groups = new Map(Object.entries(groups));
  }

  /**
   * Moves on to an event. Events of a group come in order of their sequences, so one below the last has been
   * worked in; one of a timeline that was replaced (the records were restored from a backup since) or of an
   * older engine speaks of a history that no longer is.
   * @returns why it is to be dropped; null: work it in
   */
  advance(event: Pick<EventMessage, "id" | "group" | "timeline" | "epoch" | "sequence">): Dropped | null {
    const { id, group, timeline, epoch, sequence } = event;
    const place = this.#groups.get(group);
    if (place === undefined || place.timeline !== timeline) {
      if (place?.retired.includes(timeline) === true) return "old timeline";
      const retired = place === undefined ? [] : [place.timeline, ...place.retired].slice(0, MAX_RETIRED);
      this.#groups.set(group, { timeline, epoch, sequence, ids: [id], retired });
      return null;
    }
    if (sequence < place.sequence) return "duplicate";
    if (sequence === place.sequence) {
      if (place.ids.includes(id)) return "duplicate";
      place.ids.push(id);
      return null;
    }
    if (epoch < place.epoch) return "old epoch";
    place.epoch = epoch;
    place.sequence = sequence;
    place.ids = [id];
    return null;
  }

  toJSON(): Record<string, GroupPlace> {
    return Object.fromEntries(this.#groups);
  }
}
