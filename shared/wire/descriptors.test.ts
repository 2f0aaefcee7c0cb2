import { expect, test } from 'vitest';
import { connectionsThatFit } from './descriptors.ts';

const limits = (soft: string): string => `Limit                     Soft Limit           Hard Limit           Units
Max processes             unlimited            unlimited            processes
Max open files            ${soft}                20000                files
`;

test.each([
  ['20000', 50_000, 19_500],
  ['20000', 100, 100],
  ['1024', 50_000, 524],
  ['256', 50_000, 128],
  ['unlimited', 50_000, 50_000],
])('of %s descriptors some are kept for files: of %d wanted connections %d fit', (soft, wanted, fit) => {
  expect(connectionsThatFit(wanted, limits(soft))).toBe(fit);
});

test('a system that does not tell its limits gives what was wanted', () => {
  expect(connectionsThatFit(700, null)).toBe(700);
});
