import type { Hook, z } from "@hono/zod-openapi";
import type { AppEnv } from "./context.ts";
import { type FieldFault, type Problem, problem, problemResponse } from "./problem.ts";
import { isProblemCode, type ProblemCode } from "./problem-table.ts";

type Issue = z.core.$ZodIssue;

/** Faults that are told; more only make the answer long. */
const MAX_FAULTS = 20;

/** Part of a request that a schema reads; only the body is named by pointers. */
type Where = "json" | "query" | "param" | "header" | "cookie" | "form";

/**
 * The problem that failed checks of form make. Where every fault has the same code, that is the
 * problem's; else VALIDATION_FAILED, each fault with its own.
 */
export function validationProblem(issues: readonly Issue[], where: Where, at = ""): Problem {
  const errors = issues.flatMap((issue) => faultsOf(issue, where, at)).slice(0, MAX_FAULTS);
  const [first] = errors;
  const same = first !== undefined && errors.every((fault) => fault.code === first.code);
  return problem(same ? first.code : "VALIDATION_FAILED", { errors });
}

/** zod-openapi's hook: what fails its schema is a problem document. */
export const validationHook: Hook<unknown, AppEnv, string, unknown> = (result) => {
  if (result.success) return undefined;
  return problemResponse(validationProblem(result.error.issues, result.target as Where));
};

function faultsOf(issue: Issue, where: Where, at: string): FieldFault[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      ...placeOf([...issue.path, key], where, at),
      code: "UNKNOWN_FIELD",
      detail: "not documented",
    }));
  }
  return [{ ...placeOf(issue.path, where, at), code: codeOf(issue), detail: issue.message }];
}

function codeOf(issue: Issue): ProblemCode {
  if (issue.code !== "custom") return "VALIDATION_FAILED";
  const code: unknown = issue.params?.["code"];
  return typeof code === "string" && isProblemCode(code) ? code : "VALIDATION_FAILED";
}

function placeOf(path: readonly PropertyKey[], where: Where, at: string): Partial<FieldFault> {
  if (where !== "json") return { parameter: path.map(String).join(".") };
  return { pointer: at + path.map((part) => `/${escapePart(String(part))}`).join("") };
}

/** RFC 6901, section 3. */
function escapePart(part: string): string {
  return part.replaceAll("~", "~0").replaceAll("/", "~1");
}
