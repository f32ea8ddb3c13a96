import { codeName } from "../engine/core/codes.ts";
import { isProblemCode, PROBLEMS, type ProblemCode, type ProblemStatus } from "./problem-table.ts";

/** One field's fault. `pointer` (RFC 6901) is into the body; `parameter` names a query or path part. */
export interface FieldFault {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly code: ProblemCode;
  readonly detail: string;
}

/** RFC 9457, with a stable `code`; the same object whether it is a response or an item of a batch. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: ProblemStatus;
  readonly code: ProblemCode;
  readonly detail?: string;
  /** The order that was refused, or that the request was about. */
  readonly orderId?: string;
  /** With ORDER_NOT_OPEN: what became of it. */
  readonly orderStatus?: string;
  readonly errors?: readonly FieldFault[];
}

export interface ProblemExtras {
  readonly detail?: string;
  readonly orderId?: string;
  readonly orderStatus?: string;
  readonly errors?: readonly FieldFault[];
}

export const PROBLEM_MEDIA_TYPE = "application/problem+json";

/** Where each code is explained; resolves against the API's own address. */
export function problemType(code: ProblemCode): string {
  return `/problems/${code.toLowerCase().replaceAll("_", "-")}`;
}

export function problem(code: ProblemCode, extras: ProblemExtras = {}): Problem {
  const kind = PROBLEMS[code];
  return { type: problemType(code), title: kind.title, status: kind.status, code, ...extras };
}

/** The problem that a refusal of the engine is (a number below 100 of `engine/core/codes.ts`). */
export function problemOfRefusal(code: number, extras: ProblemExtras = {}): Problem {
  const name = codeName(code);
  if (!isProblemCode(name)) throw new RangeError(`${name} is no refusal`);
  return problem(name, extras);
}

/** Thrown by handlers and middleware; the app's error handler answers with it. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    extras: ProblemExtras = {},
    headers: Readonly<Record<string, string>> = {},
    options?: ErrorOptions,
  ) {
    super(code, options);
    this.problem = problem(code, extras);
    this.headers = headers;
  }
}

export function problemResponse(body: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status: body.status,
    headers: { "content-type": PROBLEM_MEDIA_TYPE, "cache-control": "no-store", ...headers },
  });
}
