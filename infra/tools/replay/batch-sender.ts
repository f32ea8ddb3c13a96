import { type ApiAnswer, type ApiClient, ApiRefusedError, problemCode } from "../api-client/client.ts";
import { type BatchItem, batchItem, type Mapping } from "./batch-item.ts";
import type { FlowCommand } from "./flow-command.ts";

/** What one command was answered with. */
export interface CommandResult {
  /** The problem's code, or null when the engine did what was asked. */
  readonly refusal: string | null;
  /** The order that the command is about; null where the answer does not say. */
  readonly orderId: string | null;
  /** Place of the command in its group's history; null when it was refused. */
  readonly sequence: number | null;
  /** Executions as the taker. */
  readonly fills: readonly TakerFill[];
}

export interface TakerFill {
  readonly tradeId: string;
  readonly price: string;
  readonly quantity: string;
}

/**
 * Sends batches, each once the one before has its certain answer: that keeps the order, whichever API
 * process answers. A batch whose answer is not certain is sent again under its own Idempotency-Key.
 */
export class BatchSender {
  readonly #client: ApiClient;
  readonly #mapping: Mapping;
  readonly #keyPrefix: string;
  #batches = 0;

  /** @param keyPrefix of this run's own, so that no other run's keys are met */
  constructor(client: ApiClient, mapping: Mapping, keyPrefix: string) {
    this.#client = client;
    this.#mapping = mapping;
    this.#keyPrefix = keyPrefix;
  }

  /** One result for each command, in order. */
  async send(commands: readonly FlowCommand[]): Promise<readonly CommandResult[]> {
    this.#batches += 1;
    const orders: readonly BatchItem[] = commands.map((command) => batchItem(command, this.#mapping));
    const answer = await this.#client.ask(
      {
        method: "POST",
        path: "/api/v1/orders/batch",
        body: { orders, responseType: "FULL" },
        idempotencyKey: `${this.#keyPrefix}-${this.#batches}`,
      },
      hasUncertainItem,
    );
    const results = resultsOf(answer.body);
    if (answer.status !== 200 || results?.length !== commands.length) {
      throw new ApiRefusedError("POST /api/v1/orders/batch", answer);
    }
    return results.map(commandResult);
  }
}

/** One item of a batch's answer. */
interface ItemAnswer {
  readonly status: number;
  readonly order?: OrderAnswer;
  readonly error?: object;
}

interface OrderAnswer {
  readonly orderId?: string | null;
  readonly sequence?: number | null;
  readonly fills?: readonly (TakerFill & { readonly liquidity: string })[];
}

/** An item that is PENDING, or that did not get to the queue: the whole batch is asked again. */
function hasUncertainItem(answer: ApiAnswer): boolean {
  return (
    resultsOf(answer.body)?.some(({ status }) => status === 202 || status >= 500) ?? answer.status === 202
  );
}

function resultsOf(body: unknown): readonly ItemAnswer[] | null {
  if (typeof body !== "object" || body === null || !("results" in body)) return null;
  return Array.isArray(body.results) ? (body.results as readonly ItemAnswer[]) : null;
}

function commandResult(item: ItemAnswer): CommandResult {
  if (item.status >= 400) {
    const refusal = problemCode(item.error) ?? String(item.status);
    return { refusal, orderId: null, sequence: null, fills: [] };
  }
  const { orderId = null, sequence = null, fills = [] } = item.order ?? {};
  const taken = fills.filter((fill) => fill.liquidity === "TAKER");
  return { refusal: null, orderId, sequence, fills: taken };
}
