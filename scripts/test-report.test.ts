import { describe, expect, test } from 'vitest';
import { countTests } from './test-report.ts';

function report(options: { passed: number; failed: number; files?: { status: string; tests: string[] }[] }): string {
  return JSON.stringify({
    numPassedTests: options.passed,
    numFailedTests: options.failed,
    testResults: (options.files ?? []).map(({ status, tests }) => ({
      name: 'a.test.ts',
      status,
      assertionResults: tests.map((each) => ({ status: each })),
    })),
  });
}

describe('the counts of a test run', () => {
  const files = [{ status: 'failed', tests: ['passed', 'failed'] }];
  const unloaded = [{ status: 'failed', tests: [] }];
  test.each([
    ['all passed', report({ passed: 3, failed: 0 }), 0, { passed: 3, failed: 0 }],
    ['one failed', report({ passed: 1, failed: 1, files }), 1, { passed: 1, failed: 1 }],
    ['a file that could not be loaded', report({ passed: 1, failed: 0, files: unloaded }), 1, { passed: 1, failed: 1 }],
    ['an error outside of the tests', report({ passed: 3, failed: 0 }), 1, { passed: 3, failed: 1 }],
    ['no test at all', report({ passed: 0, failed: 0 }), 0, { passed: 0, failed: 1 }],
    ['no report', undefined, 1, { passed: 0, failed: 1 }],
    ['half a report', '{"numPassedTests":', 137, { passed: 0, failed: 1 }],
  ])('with %s', (_title, json, status, counts) => {
    expect(countTests(json, status)).toEqual(counts);
  });
});
