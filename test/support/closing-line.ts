import type { Reporter, TestModule, TestRunEndReason, TestSuite, Vitest } from 'vitest/node';

/**
 * Ends the run with `N passed, N failed` (and `, N skipped`) alone on a line, over all projects. A file or a suite that
 * broke outside its tests, and an error that no test caught, count as failed: what fails the run is never `0 failed`.
 */
export default class ClosingLine implements Reporter {
  private vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.vitest = vitest;
  }

  onTestRunEnd(
    testModules: readonly TestModule[],
    unhandledErrors: readonly unknown[],
    reason: TestRunEndReason,
  ): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const testModule of testModules) {
      count.failed += brokenSuites(testModule);
      for (const test of testModule.children.allTests()) {
        const { state } = test.result();
        count[state === 'pending' ? 'skipped' : state] += 1;
      }
    }
    // No file was found, or none could be run: the server did not start.
    if (reason === 'failed') count.failed ||= 1;
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    this.vitest?.logger.log(`${count.passed} passed, ${count.failed} failed${skipped}`);
  }
}

function brokenSuites(testModule: TestModule): number {
  const suites: (TestModule | TestSuite)[] = [testModule, ...testModule.children.allSuites()];
  return suites.filter((suite) => suite.errors().length > 0).length;
}
