import { describe, expect, it } from 'vitest';
import type { LogRange } from './offsets.ts';
import { Standstill } from './standstill.ts';

function log(ends: readonly number[]): LogRange[] {
  return ends.map((end, partition) => ({ topic: 't', partition, first: 0, end }));
}

function next(...offsets: number[]): Map<string, number> {
  return new Map(offsets.map((offset, partition) => [`t/${partition}`, offset]));
}

describe('a standstill', () => {
  it('is a partition that stays behind its log at one offset for three looks, and is told once', () => {
    const standstill = new Standstill();
    standstill.look(log([5, 5]), next(5, 5));
    expect([6, 7, 8, 9, 9].map((end) => standstill.look(log([5, end]), next(5, 5))))
      .toEqual([null, null, 't/1', null, null]);
  });

  it('is none while what is behind moves on, or while there is nothing to read', () => {
    const standstill = new Standstill();
    for (let at = 0; at < 10; at += 1) expect(standstill.look(log([at + 3, 0]), next(at, 0))).toBeNull();
    for (let at = 0; at < 10; at += 1) expect(standstill.look(log([12, 0]), next(12, 0))).toBeNull();
  });

  it('takes longer to be sure beside partitions that are read', () => {
    const standstill = new Standstill();
    const told = Array.from({ length: 13 }, (_unused, at) => standstill.look(log([at, 9]), next(at, 4)));
    expect(told.indexOf('t/1')).toBe(11);
  });

  it('begins to count anew when a look could not be made, and passes over partitions of others', () => {
    const standstill = new Standstill();
    for (let at = 0; at < 10; at += 1) {
      expect(standstill.look(log([9, 9]), next(4))).toBeNull();
      if (at % 2 === 1) standstill.skip();
    }
  });
});
