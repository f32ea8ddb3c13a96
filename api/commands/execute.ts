import { Code } from "../../engine/core/codes.ts";
import { OrderStatus } from "../../engine/core/terms.ts";
import type { Outcome } from "../../engine/outcome.ts";
import { encodeCommand } from "../../engine/wire/command-codec.ts";
import type { ApiServices } from "../context.ts";
import { type Dispatched, TooManyPendingError } from "../dispatch/dispatcher.ts";
import type { Confirmation, Settlement } from "../dispatch/settlement.ts";
import { type Problem, problem } from "../problem.ts";
import type { ResponseType } from "../schemas/fields.ts";
import type { Answer } from "./answer.ts";
import type { Plan } from "./plan.ts";

type Sender = Pick<ApiServices, "dispatcher" | "told">;

/** Sends one command and answers as `responseType` asks. Never rejects for what the queue does. */
export async function execute(
  services: Sender,
  plan: Plan,
  responseType: ResponseType,
  resent: boolean,
): Promise<Answer> {
  const [answer] = await executeAll(services, [plan], responseType, resent);
  if (answer === undefined) throw new Error("a command without an answer");
  return answer;
}

/**
 * Sends the commands, those of one group as one message in the order given, and answers each in its
 * place. One that fails spoils no other.
 */
export async function executeAll(
  services: Sender,
  plans: readonly Plan[],
  responseType: ResponseType,
  resent: boolean,
): Promise<readonly Answer[]> {
  const answers: (Promise<Answer> | Answer)[] = new Array(plans.length);
  for (const [group, positions] of byGroup(plans)) {
    const own = positions.map((position) => plans[position] as Plan);
    const sent = send(services, group, own, resent);
    positions.forEach((position, index) => {
      answers[position] =
        sent === null ? tooMany() : settle(services, plans[position] as Plan, sent, index, responseType);
    });
  }
  return Promise.all(answers);
}

function byGroup(plans: readonly Plan[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  plans.forEach((plan, position) => {
    const positions = groups.get(plan.group);
    if (positions === undefined) groups.set(plan.group, [position]);
    else positions.push(position);
  });
  return groups;
}

function send(services: Sender, group: string, plans: readonly Plan[], resent: boolean): Dispatched | null {
  const commands = plans.map((plan) => ({ id: plan.commandId, bytes: encodeCommand(plan.command) }));
  try {
    return services.dispatcher.send(group, commands, resent);
  } catch (error) {
    if (error instanceof TooManyPendingError) return null;
    throw error;
  }
}

async function settle(
  services: Sender,
  plan: Plan,
  sent: Dispatched,
  index: number,
  responseType: ResponseType,
): Promise<Answer> {
  if (responseType === "ACK") return acknowledge(plan, await sent.confirmed);
  const settlement = (await sent.settled[index]) as Settlement;
  switch (settlement.kind) {
    case "outcome":
      tell(services, settlement.outcome);
      return plan.answer(settlement.outcome);
    case "not-sent":
      return notPlaced();
    case "uncertain":
      return { status: 202, body: plan.pendingBody(), certain: false };
  }
}

function acknowledge(plan: Plan, confirmation: Confirmation): Answer {
  if (confirmation === "not-sent") return notPlaced();
  return { status: 202, body: plan.pendingBody(), certain: confirmation === "durable" };
}

function notPlaced(): Answer {
  return notNow(problem("NOT_PLACED"));
}

function tooMany(): Answer {
  return notNow(problem("TOO_MANY_PENDING"));
}

function notNow(body: Problem): Answer {
  return { status: body.status, body, certain: false };
}

/** Remembers, for the reads that follow, which books the outcome has changed. */
function tell(services: Sender, outcome: Outcome): void {
  if (outcome.code !== Code.NONE) return;
  for (const order of outcome.orders) {
    if (order.status !== OrderStatus.Pending) services.told.tell(order.symbol, outcome.sequence);
  }
}
