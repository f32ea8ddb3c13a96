/** What a scenario says, as the parser reads it and every driver runs it: names and decimal strings. */

export interface ScenarioMarket {
  readonly tick: string;
  readonly lot: string;
  readonly price: readonly [string, string] | null;
  readonly quantity: readonly [string, string] | null;
  readonly notional: string;
  readonly bandBps: number;
  readonly reference: string;
  readonly openOrders: number;
  readonly sessionEndMinute: number;
}

/** What an order asks for; "" where not given. */
export interface ScenarioOrder {
  readonly name: string;
  readonly user: string;
  readonly side: string;
  readonly type: string;
  readonly timeInForce: string;
  readonly quantity: string;
  readonly price: string;
  readonly quote: string;
  readonly show: string;
  readonly stop: string;
  readonly trail: string;
  readonly from: string;
  readonly until: string;
  readonly client: string;
  readonly stp: string;
  readonly postOnly: boolean;
}

export type ScenarioAction =
  | { readonly kind: "place"; readonly order: ScenarioOrder }
  | { readonly kind: "list"; readonly name: string; readonly legs: readonly [ScenarioOrder, ScenarioOrder] }
  | { readonly kind: "cancel"; readonly order: string; readonly client: string; readonly user: string }
  | { readonly kind: "admin-cancel"; readonly order: string }
  | { readonly kind: "cancel-list"; readonly list: string; readonly user: string }
  | { readonly kind: "cancel-all"; readonly user: string }
  | { readonly kind: "amend"; readonly order: string; readonly fields: Readonly<Record<string, string>> }
  | {
      readonly kind: "replace";
      readonly old: string;
      readonly stopOnFailure: boolean;
      readonly order: ScenarioOrder;
    }
  | { readonly kind: "status"; readonly status: string }
  | { readonly kind: "kill"; readonly user: string; readonly enabled: boolean }
  | { readonly kind: "expire" }
  | { readonly kind: "time"; readonly at: string };

export interface ExpectedLevel {
  readonly quantity: string;
  readonly price: string;
}

export type Expected =
  | {
      readonly kind: "order";
      readonly order: string;
      readonly status: string;
      readonly code: string;
      readonly amounts: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: "trade";
      readonly maker: string;
      readonly taker: string;
      readonly quantity: string;
      readonly price: string;
    }
  | { readonly kind: "refused"; readonly code: string }
  | {
      readonly kind: "book";
      readonly bids: readonly ExpectedLevel[];
      readonly asks: readonly ExpectedLevel[];
    }
  | { readonly kind: "queue"; readonly price: string; readonly orders: readonly string[] };

export type Expectation = Expected & { readonly line: number };

export interface ScenarioStep {
  readonly line: number;
  readonly text: string;
  readonly action: ScenarioAction;
  readonly expectations: Expectation[];
}

export interface Scenario {
  readonly name: string;
  readonly line: number;
  market: ScenarioMarket;
  readonly steps: ScenarioStep[];
}
