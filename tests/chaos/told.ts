import { type ApiAnswer, problemCode } from "../../infra/tools/api-client/client.ts";

export type CommandWord = "place" | "cancel" | "amend" | "replace" | "list" | "cancel-list";

/** One command of a client, and the certain answer that it was given. */
export interface ToldCommand {
  readonly word: CommandWord;
  readonly userId: string;
  /** Its Idempotency-Key; of a place also the clientOrderId. */
  readonly key: string;
  /** The order or list that it is about, but for a place and a new list. */
  readonly target: string | null;
  readonly answer: ApiAnswer;
  /** Whether the client asked for no more than that the command is durable. */
  readonly ackOnly: boolean;
}

/** The orders in an answer, as the client was told of them. */
export function ordersIn(answer: ApiAnswer): readonly ToldOrder[] {
  const body = (answer.body ?? {}) as {
    readonly orderId?: string;
    readonly cancelled?: ToldOrder | null;
    readonly placed?: ToldOrder | null;
    readonly orders?: readonly ToldOrder[];
  };
  if (body.orders !== undefined) return body.orders;
  if (body.cancelled === undefined && body.placed === undefined) return [body as ToldOrder];
  return [body.cancelled, body.placed].flatMap((order) => (order ? [order] : []));
}

export interface ToldOrder {
  readonly orderId?: string;
  readonly sequence?: number | null;
  readonly status?: string;
}

/** What all clients were told, and when: the other half of every comparison with the records. */
export class Told {
  readonly commands: ToldCommand[] = [];
  /** `performance.now()` of every answer that an engine's outcome is in. */
  readonly answeredAtMs: number[] = [];
  sent = 0;
  retries = 0;
  /** Commands that never got a certain answer. */
  readonly unanswered: string[] = [];

  add(command: ToldCommand): void {
    this.commands.push(command);
    if (isOfAnEngine(command.answer)) this.answeredAtMs.push(performance.now());
  }

  /** The longest silence that began between two moments, from an answer to the next; null without any. */
  silenceFrom(fromMs: number, untilMs: number): number | null {
    const times = this.answeredAtMs;
    let longest: number | null = null;
    for (let index = times.length - 1; index > 0; index--) {
      const from = times[index - 1] as number;
      const to = times[index] as number;
      if (to < fromMs) break;
      if (from < untilMs && (longest === null || to - from > longest)) longest = to - from;
    }
    return longest;
  }
}

/** Not one of the edge's own, which needs no engine. */
function isOfAnEngine(answer: ApiAnswer): boolean {
  return answer.status < 202 || problemCode(answer.body) === "ORDER_NOT_OPEN";
}
