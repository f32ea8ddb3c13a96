import type { Expectation, ExpectedLevel, Scenario, ScenarioAction, ScenarioMarket } from "./scenario.ts";

/**
 * Runs a scenario through a driver and compares what it expects. A driver speaks names and decimal
 * strings only: one drives a core directly (command-driver.ts), another could speak HTTP.
 */
export interface ScenarioDriver {
  open(market: ScenarioMarket): Promise<void> | void;
  run(action: ScenarioAction): Promise<StepResult> | StepResult;
  /** The last known state of an order by its name. */
  order(name: string): Promise<OrderResult | undefined> | OrderResult | undefined;
  book(): Promise<BookResult> | BookResult;
  /** Names in the order in which they would be filled. */
  queue(price: string): Promise<readonly string[]> | readonly string[];
}

export interface OrderResult {
  readonly status: string;
  /** "" or the reason of its end or refusal. */
  readonly code: string;
  /** filled, prevented, left, quantity, price, stop, paid: decimal strings. */
  readonly amounts: Readonly<Record<string, string>>;
}

export interface TradeResult {
  readonly maker: string;
  readonly taker: string;
  readonly quantity: string;
  readonly price: string;
}

export interface StepResult {
  /** "" or why the command did nothing. */
  readonly refused: string;
  readonly trades: readonly TradeResult[];
}

export interface BookResult {
  readonly bids: readonly ExpectedLevel[];
  readonly asks: readonly ExpectedLevel[];
}

/** Every difference, each with its line; none: the scenario holds. */
export async function runScenario(scenario: Scenario, driver: ScenarioDriver): Promise<string[]> {
  const differences: string[] = [];
  await driver.open(scenario.market);
  for (const step of scenario.steps) {
    const result = await driver.run(step.action);
    const differ = (line: number, what: string, expected: string, actual: string): void => {
      if (expected !== actual) {
        differences.push(`line ${line} after "${step.text}": ${what}: expected ${expected}, got ${actual}`);
      }
    };
    const of = <K extends Expectation["kind"]>(kind: K): Extract<Expectation, { kind: K }>[] =>
      step.expectations.filter((one): one is Extract<Expectation, { kind: K }> => one.kind === kind);

    const line = step.line;
    differ(line, "trades", of("trade").map(tradeText).join("; "), result.trades.map(tradeText).join("; "));
    differ(line, "refused", of("refused")[0]?.code ?? "", result.refused);
    for (const expected of of("order")) {
      const order = await driver.order(expected.order);
      differ(expected.line, `${expected.order} status`, expected.status, order?.status ?? "unknown");
      if (expected.code !== "" || isRefused(expected.status)) {
        differ(expected.line, `${expected.order} code`, expected.code, order?.code ?? "");
      }
      for (const [amount, value] of Object.entries(expected.amounts)) {
        const actual = order?.amounts[amount] ?? "";
        differ(expected.line, `${expected.order} ${amount}`, plain(value), plain(actual));
      }
    }
    for (const expected of of("book")) {
      const book = await driver.book();
      differ(expected.line, "bids", levelsText(expected.bids), levelsText(book.bids));
      differ(expected.line, "asks", levelsText(expected.asks), levelsText(book.asks));
    }
    for (const expected of of("queue")) {
      const names = await driver.queue(expected.price);
      differ(expected.line, `queue at ${expected.price}`, expected.orders.join(" "), names.join(" "));
    }
  }
  return differences;
}

function isRefused(status: string): boolean {
  return status === "REJECTED";
}

function tradeText(trade: TradeResult): string {
  return `${trade.maker} ${trade.taker} ${plain(trade.quantity)} @ ${plain(trade.price)}`;
}

function levelsText(levels: readonly ExpectedLevel[]): string {
  return levels.map((level) => `${plain(level.quantity)} @ ${plain(level.price)}`).join(", ");
}

/** "5.00" and "5" are one amount. */
function plain(amount: string): string {
  return amount.includes(".") ? amount.replace(/0+$/, "").replace(/\.$/, "") : amount;
}
