import type { Reporter, TestModule, TestRunEndReason, TestSuite, Vitest } from 'vitest/node';

/**
 * Ends the output with the line `N passed, N failed`, or `N passed, N failed, N skipped`, for all projects together.
 * Errors outside a test count as failed tests, so that a failed run never ends with `0 failed`.
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
      count.failed += failedSuiteCount(testModule);
      for (const test of testModule.children.allTests()) {
        const { state } = test.result();
        count[state === 'pending' ? 'skipped' : state] += 1;
      }
    }
    // The run can also fail without a test, for example because the server did not start.
    if (reason === 'failed') count.failed ||= 1;
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    this.vitest?.logger.log(`${count.passed} passed, ${count.failed} failed${skipped}`);
  }
}

function failedSuiteCount(testModule: TestModule): number {
  const suites: (TestModule | TestSuite)[] = [testModule, ...testModule.children.allSuites()];
  return suites.filter((suite) => suite.errors().length > 0).length;
}
