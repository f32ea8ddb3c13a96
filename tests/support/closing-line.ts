/**
 * The end of a test run in plain words: the name of every test that did not run, and a last line that says how many
 * passed and failed, alone on its line, for whoever reads it with a program.
 */
import type { Reporter, TestModule } from "vitest/node";

/** A reporter to be named after vitest's own, whose summary then comes first. */
export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state: string) => tests.filter((test) => test.result().state === state);
    const skipped = inState("skipped");
    // A file that cannot even be loaded has no tests to fail, and must not look as if all were well.
    const brokenModules = modules.filter((module) => module.errors().length > 0);

    for (const test of skipped)
      console.log(`did not run: ${test.module.relativeModuleId} > ${test.fullName}`);
    const failed = inState("failed").length + brokenModules.length + unhandledErrors.length;
    const ending = skipped.length > 0 ? `, ${skipped.length} skipped` : "";
    console.log(`\n${inState("passed").length} passed, ${failed} failed${ending}`);
  }
}
