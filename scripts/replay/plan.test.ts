import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertPlan, planReplay, type PlannedSession } from './plan.ts';
import type { RecordedSession } from './recorded-sessions.ts';

/** Sessions as `driver station from-to`, in minutes. */
function recorded(...texts: string[]): RecordedSession[] {
  return texts.map((text, index) => {
    const [driverId = '', stationId = '', times = ''] = text.split(' ');
    const [startAtMs = 0, endAtMs = 0] = times.split('-').map((minutes) => Number(minutes) * 60_000);
    return {
      line: index + 2, sessionId: text, driverId, stationId, siteId: 'site', startAtMs, endAtMs, energyWh: 1_000,
    };
  });
}

function shown({ sessions }: { sessions: readonly PlannedSession[] }): string[] {
  const after = (list: PlannedSession['askAfter']): string =>
    list.map(({ index, reached }) => `${sessions[index]?.recorded.sessionId} ${reached}`).join(', ');
  return sessions.map(({ recorded: { sessionId }, startAtMs, endAtMs, waits, askAfter, stopAfter }) =>
    `${sessionId}: ${startAtMs / 60_000}-${endAtMs / 60_000}${waits ? ' waits' : ''} | ${after(askAfter)} | `
      + after(stopAfter));
}

it('free stations and drivers have nothing to wait for, in whatever order the file is', () => {
  expect(shown(planReplay(recorded('b t 20-30', 'a s 10-20')))).toEqual([
    'a s 10-20: 10-20 |  | ', 'b t 20-30: 20-30 |  | ',
  ]);
});

it('the next of a station and the next of a driver come after the ticket of the one before', () => {
  expect(shown(planReplay(recorded('a s 10-20', 'b s 20-30', 'a t 30-40')))).toEqual([
    'a s 10-20: 10-20 |  | ', 'b s 20-30: 20-30 | a s 10-20 over | ', 'a t 30-40: 30-40 | a s 10-20 over | ',
  ]);
});

it('a session that begins before its station is free waits, and starts at that end, as long as recorded', () => {
  expect(shown(planReplay(recorded('a s 10-20', 'b s 15-30')))).toEqual([
    // The first one goes on charging until the second stands in the line.
    'a s 10-20: 10-20 |  | b s 15-30 queued', 'b s 15-30: 20-35 waits | a s 10-20 started | ',
  ]);
});

it('one that waits can make the next one wait, which did not overlap in the record', () => {
  const plan = planReplay(recorded('a s 10-60', 'b s 15-20', 'c s 30-40'));
  expect(shown(plan)).toEqual([
    'a s 10-60: 10-60 |  | b s 15-20 queued, c s 30-40 queued', 'b s 15-20: 60-65 waits | a s 10-60 started | ',
    'c s 30-40: 65-75 waits | b s 15-20 queued | ',
  ]);
  expect(plan).toMatchObject({ queued: 2, queuedByRecord: 1 });
});

it('two sessions that a driver had at once are open at once', () => {
  const plan = planReplay(recorded('a s 10-60', 'a t 15-70', 'a u 60-80'));
  expect(shown(plan)).toEqual([
    'a s 10-60: 10-60 |  | a t 15-70 started', 'a t 15-70: 15-70 | a s 10-60 started | a u 60-80 started',
    'a u 60-80: 60-80 | a s 10-60 over, a t 15-70 started | ',
  ]);
  expect([...plan.openAtOnce]).toEqual([['a', 2]]);
});

it('a driver who waits at a station asks for it again only when that wait is over', () => {
  expect(shown(planReplay(recorded('b s 10-20', 'a s 11-12', 'a s 13-14')))).toEqual([
    'b s 10-20: 10-20 |  | a s 11-12 queued', 'a s 11-12: 20-21 waits | b s 10-20 started | a s 13-14 queued',
    'a s 13-14: 21-22 waits | a s 11-12 started | ',
  ]);
});

describe('any record', () => {
  const session = fc.record({
    driver: fc.integer({ min: 1, max: 4 }), station: fc.integer({ min: 1, max: 4 }), start: fc.nat(40),
    length: fc.nat(12),
  });

  it('has a plan without a circle, in which a station serves one at a time for as long as recorded', () => {
    fc.assert(fc.property(fc.array(session, { maxLength: 40 }), (list) => {
      const plan = planReplay(recorded(...list.map(({ driver, station, start, length }) =>
        `d${driver} s${station} ${start}-${start + length}`)));
      assertPlan(plan);
      const freeAt = new Map<string, number>();
      for (const { recorded: was, askAtMs, startAtMs, endAtMs, waits } of plan.sessions) {
        expect(startAtMs).toBeGreaterThanOrEqual(freeAt.get(was.stationId) ?? 0);
        expect(endAtMs - startAtMs).toBe(was.endAtMs - was.startAtMs);
        expect(waits ? askAtMs < startAtMs : askAtMs === startAtMs).toBe(true);
        expect(askAtMs).toBeGreaterThanOrEqual(was.startAtMs);
        freeAt.set(was.stationId, endAtMs);
      }
    }));
  });
});
