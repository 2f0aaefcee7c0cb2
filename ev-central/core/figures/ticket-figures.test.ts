import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { userWallet } from '../../../shared/account.ts';
import { userId } from '../../../shared/ids.ts';
import { ticketIssued } from '../../../shared/messages/ticket-issued.ts';
import type { Ticket } from '../../../shared/messages/values.ts';
import { piecesOf } from './buckets.ts';
import { figuresOfTicket, type Reading, spreadTicket } from './ticket-figures.ts';

const { ticket: EXAMPLE } = ticketIssued.schema.parse(ticketIssued.example);
const T0 = Date.UTC(2026, 2, 28, 22, 40);
const HOUR_MS = 3_600_000;

const ticket = (change: Partial<Ticket>): Ticket => ({ ...EXAMPLE, kind: 'final', ...change });

describe('the energy of a ticket', () => {
  it('is spread over the hours in which it flowed, evenly between two stored values', () => {
    const values: Reading[] = [
      { registerWh: 1_000, atMs: T0, kind: 'charging' },
      // 20 minutes of this hour and 40 of the next.
      { registerWh: 1_600, atMs: T0 + HOUR_MS, kind: 'charging' },
      { registerWh: 1_600, atMs: T0 + 1.5 * HOUR_MS, kind: 'parking' },
    ];
    const of = ticket({ meterStartWh: 1_000, meterStopWh: 1_600, energyWh: 600 });
    expect(spreadTicket(of, values, 'Europe/Madrid').map((part) => [
      part.hour, part.day, part.energyWh, part.chargingMs / 60_000, part.idleMs / 60_000,
    ])).toEqual([
      ['2026-03-28T22', '2026-03-28', 200, 20, 0],
      ['2026-03-28T23', '2026-03-29', 400, 40, 0],
      ['2026-03-28T23', '2026-03-29', 0, 0, 20],
      ['2026-03-29T00', '2026-03-29', 0, 0, 10],
    ]);
  });

  it('is whole, to the Wh, for a final ticket and its corrections, wherever the values lie', () => {
    const reading = fc.record({
      moreWh: fc.integer({ min: 0, max: 5_000 }), ms: fc.integer({ min: 0, max: 5 * HOUR_MS }),
      kind: fc.constantFrom('charging' as const, 'parking' as const),
    });
    const zones = fc.constantFrom('UTC', 'Europe/Madrid', 'Asia/Kolkata', 'Australia/Lord_Howe');
    const readings = fc.array(reading, { minLength: 1, maxLength: 12 });
    fc.assert(fc.property(readings, fc.nat({ max: 11 }), zones, (steps, cut, zone) => {
      const values: Reading[] = [{ registerWh: 7, atMs: T0, kind: 'charging' }];
      for (const { moreWh, ms, kind } of steps) {
        const last = values.at(-1);
        values.push({
          registerWh: (last?.registerWh ?? 0) + moreWh, atMs: (last?.atMs ?? 0) + ms,
          kind: moreWh > 0 ? 'charging' : kind,
        });
      }
      const stopWh = values.at(-1)?.registerWh ?? 0;
      const middleWh = values[Math.min(cut, values.length - 1)]?.registerWh ?? 7;
      const parts = [
        ticket({ meterStartWh: 7, meterStopWh: middleWh, energyWh: middleWh - 7 }),
        ticket({ kind: 'correction', meterStartWh: middleWh, meterStopWh: stopWh, energyWh: stopWh - middleWh }),
      ].flatMap((each) => spreadTicket(each, values, zone));
      expect(parts.reduce((sum, part) => sum + part.energyWh, 0)).toBe(stopWh - 7);
      const ms = parts.reduce((sum, part) => sum + part.chargingMs + part.idleMs, 0);
      expect(ms).toBe((values.at(-1)?.atMs ?? 0) - T0);
      expect(parts.every(({ energyWh }) => energyWh >= 0)).toBe(true);
    }), { numRuns: 300 });
  });

  it('lies between its begin and its end where no value says more', () => {
    const of = ticket({ startedAtMs: T0, endedAtMs: T0 + 2 * HOUR_MS, energyWh: 6_001 });
    expect(spreadTicket(of, [], 'UTC').map(({ hour, energyWh }) => [hour, energyWh])).toEqual([
      ['2026-03-28T22', 1_000], ['2026-03-28T23', 3_000], ['2026-03-29T00', 2_001],
    ]);
  });
});

describe('pieces of a span', () => {
  it('end at hours of UTC and at local midnights, also where these are at half an hour', () => {
    const from = Date.UTC(2026, 0, 1, 17, 50);
    expect(piecesOf('Asia/Kolkata', from, from + HOUR_MS).map(({ hour, day, fromMs, untilMs }) =>
      [hour, day, (untilMs - fromMs) / 60_000])).toEqual([
      ['2026-01-01T17', '2026-01-01', 10], ['2026-01-01T18', '2026-01-01', 30], ['2026-01-01T18', '2026-01-02', 20],
    ]);
  });

  it('are as long as the span when clocks are changed', () => {
    const from = Date.UTC(2026, 2, 28, 12);
    const pieces = piecesOf('Europe/Madrid', from, from + 36 * HOUR_MS);
    expect(pieces.filter(({ day }) => day === '2026-03-29').reduce((sum, p) => sum + p.untilMs - p.fromMs, 0))
      .toBe(23 * HOUR_MS);
  });
});

describe('the fee of a slot to which nobody came', () => {
  it('is money, and neither a charge nor time in which anybody charged', () => {
    const fee = ticket({
      endReason: 'no-show', energyWh: 0, meterStartWh: 0, meterStopWh: 0, startedAtMs: T0, endedAtMs: T0 + HOUR_MS,
      lines: [{
        kind: 'RESERVATION', why: 'no-show', feeMinor: 500, percent: 100, exclVatMicros: 5_000_000,
        inclVatMicros: 5_000_000,
      }],
    });
    const figures = figuresOfTicket(fee, { payer: userWallet(userId('ana')), timeZone: 'Europe/Madrid' }, []);
    expect(figures.map(({ kind }) => kind)).toEqual(['money']);
  });
});
