import type { ScenarioResult } from "./run.ts";

/** The lines that tell of a scenario that differs: its name, then each step with both values. */
export function failureLines(result: ScenarioResult): string[] {
  const lines = [`✗ ${result.name}`];
  for (const { step, command, differences } of result.failures) {
    lines.push(step === null ? `  ${command}` : `  step ${step}: ${command}`);
    for (const { path, expected, actual } of differences) {
      lines.push(`    ${path}`);
      lines.push(`      expected ${JSON.stringify(expected)}`);
      lines.push(`      actual   ${JSON.stringify(actual)}`);
    }
  }
  return lines;
}

/** The last lines: what was not checked, then "N passed, N failed" with how much that rests on. */
export function summaryLines(results: readonly ScenarioResult[], through: string): string[] {
  const unchecked = new Map<string, number>();
  for (const result of results) {
    for (const [reason, count] of result.unchecked)
      unchecked.set(reason, (unchecked.get(reason) ?? 0) + count);
  }
  const lines = [...unchecked].map(([reason, count]) => `not checked (${count} times): ${reason}`);
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const checked = results.reduce((sum, result) => sum + result.checked, 0);
  lines.push(`${results.length - failed} passed, ${failed} failed (${checked} expectations, ${through})`);
  return lines;
}
