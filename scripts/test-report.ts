// The counts of a test run, from vitest's JSON report. A file that could not be loaded has no tests to count: it is one
// failure. No report at all (vitest itself died) is one failure too.
import { z } from 'zod';

const Report = z.object({
  numPassedTests: z.number().int(),
  numFailedTests: z.number().int(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});

export type TestCounts = { passed: number; failed: number };

/**
 * Counts a run.
 * @param json the report's text; undefined when there is none
 * @param exitStatus vitest's: non-zero without a counted failure (an error outside of tests) counts as one
 */
export function countTests(json: string | undefined, exitStatus: number): TestCounts {
  const report = parse(json);
  if (report === undefined) return { passed: 0, failed: 1 };
  const passed = report.numPassedTests;
  const notLoaded = report.testResults.filter(isFailedWithoutFailedTest).length;
  const failed = report.numFailedTests + notLoaded;
  const nothingRan = passed + failed === 0;
  return { passed, failed: failed === 0 && (exitStatus !== 0 || nothingRan) ? 1 : failed };
}

function isFailedWithoutFailedTest(file: z.infer<typeof Report>['testResults'][number]): boolean {
  return file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed');
}

function parse(json: string | undefined): z.infer<typeof Report> | undefined {
  try {
    return Report.parse(JSON.parse(json ?? ''));
  } catch {
    return undefined;
  }
}
