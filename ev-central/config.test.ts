import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../shared/config.ts';
import { CENTRAL_SETTINGS, coreSettings } from './config.ts';

describe('the setting for reminders', () => {
  const { schema } = CENTRAL_SETTINGS.dunning;

  it.each(['off', '3', '3,14,30', '0.5, 1'])('takes %s', (given) => {
    expect(schema.safeParse(given).success).toBe(true);
  });

  it.each(['', '0', '-1', '3,3', '14,3', '3,', 'x', '4000', '1,2,3,4,5,6,7,8,9,10,11'])('refuses "%s"', (given) => {
    expect(schema.safeParse(given).error?.issues[0]?.message).toContain('such as 3,14,30');
  });
});

describe('a value of the wrong type', () => {
  it.each([
    ['EV_CENTRAL_RESERVATION_MARGIN', '1m', 'must be a number (minutes) (it is "1m")'],
    ['EV_CENTRAL_PORT', '7x', 'must be a number (it is "7x")'],
    ['EV_CENTRAL_RESERVATION_MARGIN', '-1', 'expected number to be >=0 (it is "-1")'],
  ])('of %s is refused with what would be right', (name, text, why) => {
    expect(() => readSettings(new Command(), CENTRAL_SETTINGS, { [name]: text })).toThrow(why);
  });
});

describe('parts of a minute', () => {
  it.each([0.07, 0.15, 1.1])('of %d are whole milliseconds for a reservation', (minutes) => {
    const defaults = Object.fromEntries(Object.entries(CENTRAL_SETTINGS).map(([name, each]) => [name, each.default]));
    const config = {
      ...defaults, reservationMargin: minutes, reservationGrace: minutes, reservationReminder: minutes,
    } as Parameters<typeof coreSettings>[0];
    const { marginMs, graceMs, reminderMs } = coreSettings(config, null, []).reservations;
    for (const each of [marginMs, graceMs, reminderMs]) expect(each).toBe(Math.round(minutes * 60_000));
  });
});
