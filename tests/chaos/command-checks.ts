import { orderBody } from "../../api/convert/order-body.ts";
import { type Code, codeName } from "../../engine/core/codes.ts";
import type { SymbolSpec } from "../../engine/core/symbol-spec.ts";
import type { Outcome } from "../../engine/outcome.ts";
import { problemCode } from "../../infra/tools/api-client/client.ts";
import { ordersIn, type Told, type ToldCommand } from "./told.ts";
import type { Verdict } from "./verdict.ts";

/** What was told, waiting for the outcomes of the journal that it must agree with. */
export class CommandChecks {
  readonly #verdict: Verdict;
  readonly #bySequence = new Map<number, ToldCommand[]>();
  /** Refused places by the id that their order would have had. */
  readonly #refused = new Map<string, ToldCommand>();

  constructor(told: Told, verdict: Verdict) {
    this.#verdict = verdict;
    for (const command of told.commands) this.#expect(command);
  }

  /** Compares an outcome with what was told of its sequence and of its command. */
  take(outcome: Outcome, symbolOf: (symbol: number) => SymbolSpec | undefined): void {
    const told = this.#bySequence.get(outcome.sequence);
    this.#bySequence.delete(outcome.sequence);
    for (const [place, command] of (told ?? []).entries()) {
      if (place > 0) this.#contradicted(command, `told the sequence of ${told?.[0]?.key}`);
      this.#compare(command, outcome, symbolOf);
    }
    const refused = this.#refused.get(outcome.commandId);
    const code = codeName(outcome.code as Code);
    if (refused !== undefined && code !== problemCode(refused.answer.body)) {
      this.#contradicted(refused, `told ${problemCode(refused.answer.body)}, recorded ${code}`);
    }
  }

  /** What nothing in the journal has answered for is lost. */
  end(): void {
    for (const [sequence, commands] of this.#bySequence) {
      for (const { word, key } of commands) {
        this.#verdict.lost.push(`${word} ${key}: told sequence ${sequence}, which is not in the journal`);
      }
    }
  }

  #expect(command: ToldCommand): void {
    const { answer, word } = command;
    const { orderId } = (answer.body ?? {}) as { orderId?: string };
    if (answer.status >= 300) {
      if (word === "place" && orderId !== undefined) this.#refused.set(orderId, command);
      return;
    }
    this.#verdict.acknowledged += 1;
    // Of a 202 the keys tell whether it is durable.
    if (answer.status === 202) return;
    const at = ordersIn(answer)[0]?.sequence ?? -1;
    this.#bySequence.set(at, [...(this.#bySequence.get(at) ?? []), command]);
  }

  #compare(
    command: ToldCommand,
    outcome: Outcome,
    symbolOf: (symbol: number) => SymbolSpec | undefined,
  ): void {
    const { answer, target, word, key } = command;
    const aboutOrder = word === "cancel" || word === "amend";
    for (const told of ordersIn(answer)) {
      const orderId = aboutOrder ? target : told.orderId;
      const order = outcome.orders.find((each) => each.orderId === orderId);
      const spec = order === undefined ? undefined : symbolOf(order.symbol);
      if (order === undefined || spec === undefined) {
        this.#verdict.lost.push(
          `${word} ${key}: order ${orderId} is not in the outcome at ${outcome.sequence}`,
        );
        continue;
      }
      const committed = JSON.stringify(orderBody(order, spec));
      if (committed !== JSON.stringify(told)) {
        this.#contradicted(command, `told ${JSON.stringify(told)}, committed ${committed}`);
      }
    }
  }

  #contradicted({ word, key }: ToldCommand, words: string): void {
    this.#verdict.contradicted.push(`${word} ${key}: ${words}`);
  }
}
