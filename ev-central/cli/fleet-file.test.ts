import { describe, expect, it, test } from 'vitest';
import { fleetEntries, fleetWishes, hasLocalTimes } from './fleet-file.ts';

const entry = (change: object = {}) => ({
  userId: 'van1', place: { kind: 'site', siteId: 'ALC' }, from: '2026-12-01T08:00', to: '2026-12-01T09:30', ...change,
});
const wishes = (...entries: object[]) =>
  fleetWishes(fleetEntries(JSON.stringify(entries, null, 2), 'slots.json'), (place) =>
    (place.kind === 'site' && place.siteId === 'ALC' ? 'Europe/Madrid' : undefined));
const iso = (ms: number | undefined) => new Date(ms ?? 0).toISOString();

describe('the file of a fleet', () => {
  test.each([
    ['the site\'s clock', '2026-12-01T08:00', '2026-12-01 09:30', '2026-12-01T07:00:00.000Z',
      '2026-12-01T08:30:00.000Z'],
    ['the site\'s clock in summer', '2026-07-01T08:00', '2026-07-01T09:30:15', '2026-07-01T06:00:00.000Z',
      '2026-07-01T07:30:15.000Z'],
    ['UTC', '2026-12-01T08:00Z', '2026-12-01T09:30:00Z', '2026-12-01T08:00:00.000Z', '2026-12-01T09:30:00.000Z'],
    ['an offset', '2026-12-01T08:00+02:00', '2026-12-01T09:30', '2026-12-01T06:00:00.000Z', '2026-12-01T08:30:00.000Z'],
    ['a day of the site', '2026-12-01', '2026-12-01', '2026-11-30T23:00:00.000Z', '2026-12-01T23:00:00.000Z'],
  ])('takes times of %s', (_what, from, to, begins, ends) => {
    const [wish] = wishes(entry({ from, to }));
    expect([iso(wish?.beginsAtMs), iso(wish?.endsAtMs)]).toEqual([begins, ends]);
    expect(wish?.fit).toEqual({ connectorType: null, minPowerW: null });
  });

  it('needs no site\'s clock when every time has an offset', () => {
    const text = JSON.stringify([entry({ from: '2026-12-01T08:00Z', to: '2026-12-01T09:00Z' })]);
    expect(hasLocalTimes(fleetEntries(text, 'slots.json'))).toBe(false);
    expect(hasLocalTimes(fleetEntries(JSON.stringify([entry()]), 'slots.json'))).toBe(true);
  });

  test.each([
    ['a time', { from: 'tomorrow' },
      /^slots\.json, line 11 \(reservation 2\): from: "tomorrow" is no time: write 2026-12-01/],
    ['a day of no calendar', { to: '2026-02-30T08:00' }, /reservation 2\): to: "2026-02-30T08:00" is no time/],
    ['a field that is missing', { userId: undefined }, /reservation 2\): userId: /],
    ['a field that nobody knows', { until: '' }, /reservation 2\): .*until/],
    ['an end before its beginning', { to: '2026-12-01T07:00' },
      /reservation 2\): to: it ends before it begins/],
    ['a site that is not there', { place: { kind: 'site', siteId: 'X' } },
      /reservation 2\): place: there is no site X/],
  ])('names line and field of what is wrong: %s', (_what, change, message) => {
    expect(() => wishes(entry(), entry(change))).toThrow(message);
  });

  test.each([['{}'], ['[]'], ['[']])('must be a list with something in it: %s', (text) => {
    expect(() => fleetEntries(text, 'slots.json')).toThrow(/slots\.json (must be a list|is not JSON)/);
  });
});
