import { describe, expect, it } from 'vitest';
import type { Drill } from './drill.ts';
import { reportOf } from './report.ts';
import type { Result } from './run.ts';

function resultOf(drill: Partial<Drill>, result: Partial<Result> = {}): Result {
  return {
    drill: { name: 'kill-engine', title: 'kills', row: 'engine', expects: [], run: () => Promise.resolve(), ...drill },
    outcome: 'passed', reason: '', tookMs: 30_000,
    expectations: [{ text: 'the point is Faulted within 3 s', ok: true, evidence: '812 ms' }],
    figures: [{ name: 'Faulted after', value: '812 ms' }], ...result,
  };
}

function page(results: readonly Result[]): string {
  return reportOf({
    results, seed: 7, at: '2026-11-21 10:00', machine: '2 cores', command: 'npm run drill -- all --seed 7',
  });
}

describe('the report', () => {
  it('has a line of the table for every row of the design, with the figures of its drills', () => {
    const lines = page([resultOf({})]).split('\n').filter((line) => line.startsWith('| **'));
    expect(lines.map((line) => line.split('**')[1])).toEqual([
      'engine', 'monitor', 'driver client', 'Central', 'Kafka', 'the machine',
    ]);
    expect(lines[0]).toContain('**kill-engine** ✓ 1/1: Faulted after 812 ms');
    expect(lines[1]).toContain('*not drilled*');
  });

  it('has several drills of one row in one cell', () => {
    const text = page([
      resultOf({ row: 'Kafka', name: 'kill-broker' }), resultOf({ row: 'Kafka', name: 'stop-broker' }),
    ]);
    expect(text).toMatch(/\| \*\*Kafka\*\*.*\*\*kill-broker\*\* ✓.*<br>\*\*stop-broker\*\* ✓/);
  });

  it('says below the table what the others saw, and why one was skipped', () => {
    const text = page([
      resultOf({ row: null, name: 'freeze' }),
      resultOf({ row: null, name: 'full-disk' }, { outcome: 'skipped', reason: 'needs root', figures: [] }),
    ]);
    expect(text).toContain('- **freeze** ✓ 1/1: Faulted after 812 ms');
    expect(text).toContain('- **full-disk** SKIPPED: needs root');
    expect(text).toContain('1 passed, 0 failed, 1 skipped');
  });

  it('names what was not as expected, and what ended a drill before its end', () => {
    const text = page([resultOf({}, {
      outcome: 'failed', reason: 'ana did not log in\n  at somewhere',
      expectations: [{ text: 'the point is Faulted within 3 s', ok: false, evidence: '9812 ms' }],
    })]);
    expect(text).toContain('**kill-engine** FAILED 0/1: Faulted after 812 ms; '
      + 'NOT: the point is Faulted within 3 s (9812 ms); ana did not log in |');
  });

  it('keeps what was seen from breaking the table', () => {
    const text = page([resultOf({}, { figures: [{ name: 'screen', value: 'a | b' }] })]);
    expect(text).toContain('screen a / b |');
  });
});
