import { createHash } from "node:crypto";
import type { Answer } from "../commands/answer.ts";
import { refused } from "../commands/answer.ts";
import type { ApiServices, AppContext } from "../context.ts";
import { timeOfId } from "../convert/ids.ts";
import type { IdempotencyClaim } from "../ports.ts";
import { ProblemError, problem } from "../problem.ts";

const KEY = /^[\x20-\x7e]{1,255}$/;

/**
 * A command may be sent again under its id for ten minutes from its making (architecture,
 * "Dedupe"); half a minute of that is kept for clocks and for the way.
 */
const RESEND_WITHIN_MS = 9.5 * 60_000;

/** An answer, and whether it is one given before. */
export interface OnceAnswer extends Answer {
  readonly replayed: boolean;
}

/** The caller's Idempotency-Key, or null; throws a ProblemError where it is none. */
function idempotencyKey(context: AppContext): string | null {
  const key = context.req.header("idempotency-key");
  if (key === undefined) return null;
  if (!KEY.test(key) || key.trim() === "") throw new ProblemError("MALFORMED_IDEMPOTENCY_KEY");
  return key;
}

/**
 * Runs a command, at most once for each Idempotency-Key of a user on a route. Without a key: simply
 * runs it. With one, the row is in the records before anything is sent, so that of several requests
 * one wins; a certain answer is kept and given again; after an uncertain one the next request sends
 * the same command again, under the same id.
 *
 * @param commandId of the command that a first request makes
 * @param run `resent` says that the command may have been sent before
 */
export async function once(
  services: Pick<ApiServices, "idempotency" | "logger" | "clock">,
  context: AppContext,
  userId: string,
  commandId: string,
  run: (commandId: string, resent: boolean) => Promise<Answer>,
): Promise<OnceAnswer> {
  const key = idempotencyKey(context);
  if (key === null) return { ...(await run(commandId, false)), replayed: false };
  const claim: IdempotencyClaim = {
    userId,
    route: `${context.req.method} ${context.req.path}`,
    key,
    bodyHash: await hashOf(context),
    commandId,
  };
  const state = await services.idempotency.claim(claim);
  switch (state.state) {
    case "won":
      return attempt(services, claim, () => run(commandId, false));
    case "resend":
      if (services.clock.nowMs() - timeOfId(state.commandId) > RESEND_WITHIN_MS) {
        return { ...refused(problem("COMMAND_TOO_OLD", { orderId: state.commandId })), replayed: false };
      }
      return attempt(services, claim, () => run(state.commandId, true));
    case "answered":
      return { status: state.status, body: JSON.parse(state.body) as object, certain: true, replayed: true };
    case "mismatch":
      throw new ProblemError("IDEMPOTENCY_KEY_REUSED");
    case "in-flight":
      throw new ProblemError("IDEMPOTENCY_KEY_IN_FLIGHT", {}, { "retry-after": "1" });
  }
}

/** The query is part of what was asked: a cancel-all has nothing else. */
async function hashOf(context: AppContext): Promise<Uint8Array> {
  const text = context.req.bodyCache.text === undefined ? "" : await context.req.text();
  return createHash("sha256").update(new URL(context.req.url).search).update("\n").update(text).digest();
}

async function attempt(
  services: Pick<ApiServices, "idempotency" | "logger">,
  claim: IdempotencyClaim,
  run: () => Promise<Answer>,
): Promise<OnceAnswer> {
  let answer: Answer;
  try {
    answer = await run();
  } catch (error) {
    await keep(services, () => services.idempotency.release(claim));
    throw error;
  }
  await keep(services, () =>
    answer.certain
      ? services.idempotency.answer(claim, answer.status, JSON.stringify(answer.body))
      : services.idempotency.release(claim),
  );
  return { ...answer, replayed: false };
}

/** The command is sent: whatever becomes of the row, its answer is told. The lease ends by itself. */
async function keep(services: Pick<ApiServices, "logger">, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch {
    services.logger.warn({}, "an idempotency row could not be brought up to date");
  }
}
