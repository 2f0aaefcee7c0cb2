import { expect, test } from 'vitest';
import { findingsOf } from './findings.ts';

test('a report is listed, the gravest first', () => {
  const report = { auditReportVersion: 2, vulnerabilities: {
    a: { severity: 'low', via: [{ title: 'leaks a little' }] },
    b: { severity: 'critical', via: ['a', { title: 'runs anything' }] },
  } };
  expect(findingsOf(JSON.stringify(report))).toEqual([
    { name: 'b', severity: 'critical', title: 'through a; runs anything' },
    { name: 'a', severity: 'low', title: 'leaks a little' },
  ]);
  expect(findingsOf('{"vulnerabilities":{}}')).toEqual([]);
});

test.each([[''], ['{"message":"405 Method Not Allowed","statusCode":405}'], ['npm error network'], ['null']])(
  '%j is no report: nobody was asked', (report) => {
    expect(findingsOf(report)).toBeNull();
  });
