import { describe, expect, test } from 'vitest';
import { compareWithLog } from './offsets.ts';

describe('a stored offset compared with the log', () => {
  test.each([
    ['is inside', { next: 7, first: 0, end: 9 }, { kind: 'go-on', epoch: 3, next: 7 }],
    ['is at the end', { next: 9, first: 0, end: 9 }, { kind: 'go-on', epoch: 3, next: 9 }],
    ['is at the first record', { next: 4, first: 4, end: 9 }, { kind: 'go-on', epoch: 3, next: 4 }],
    ['is in a log that has all expired up to it', { next: 9, first: 9, end: 9 }, { kind: 'go-on', epoch: 3, next: 9 }],
    ['has expired', { next: 2, first: 5, end: 9 }, { kind: 'expired', epoch: 3, next: 5, lostRecords: 3 }],
    ['is beyond the end', { next: 10, first: 2, end: 9 }, { kind: 'beyond-end', epoch: 4, next: 2 }],
    ['is beyond the end of an empty log', { next: 1, first: 0, end: 0 }, { kind: 'beyond-end', epoch: 4, next: 0 }],
  ] as const)('when it %s', (_title, { next, first, end }, decision) => {
    expect(compareWithLog({ stored: { epoch: 3, next }, range: { first, end } })).toEqual(decision);
  });

  test('of another cluster starts a new epoch at the first record, wherever it stands', () => {
    const decision = compareWithLog({ stored: { epoch: 0, next: 5 }, range: { first: 1, end: 9 }, otherCluster: true });
    expect(decision).toEqual({ kind: 'beyond-end', epoch: 1, next: 1 });
  });
});
