import { describe, expect, it } from 'vitest';
import { atLocal, dayOf, dayStart } from '../../../shared/zone.ts';
import { hourOf } from './buckets.ts';
import { type Forecast, type ForecastAsk, forecastOf } from './forecast-report.ts';
import { dayBeside, weekdayOf } from './site-hours.ts';

const ZONE = 'Europe/Madrid';
const HOUR_MS = 3_600_000;

/** What somebody charges at a local hour of a day. */
type Habit = (weekday: number, localHour: number, day: string) => number;
const office: Habit = (weekday, hour) => {
  if (weekday >= 5) return hour === 12 ? 3_000 : 0;
  return hour === 9 ? 10_000 : hour === 18 ? 4_000 : 0;
};

/** Figures of whole days before `today`, by hours of UTC. */
function history(today: string, weeks: number, habit: Habit): Map<string, number> {
  const found = new Map<string, number>();
  for (let day = dayBeside(ZONE, today, -7 * weeks); day < today; day = dayBeside(ZONE, day, 1)) {
    for (let hour = 0; hour < 24; hour++) {
      const atMs = atLocal(ZONE, (dayStart('UTC', day) ?? 0) + hour * HOUR_MS);
      if (dayOf(ZONE, atMs) === day) found.set(hourOf(atMs), habit(weekdayOf(day), hour, day));
    }
  }
  return found;
}

function forecast(today: string, weeks: number, change: Partial<ForecastAsk> = {}, habit = office): Forecast {
  return forecastOf({
    zone: ZONE, nowMs: dayStart(ZONE, today) ?? 0, days: 7, holidays: new Set(),
    energyWh: history(today, weeks, habit), ...change,
  }, today);
}

describe('a forecast of a site', () => {
  it('has the peak of each day at the hour of the habit, working day or week-end', () => {
    const { days, hours } = forecast('2026-06-17', 8);
    expect(days.map(({ day, peakTime }) => [day, peakTime])).toEqual([
      ['2026-06-17', '09:00'], ['2026-06-18', '09:00'], ['2026-06-19', '09:00'], ['2026-06-20', '12:00'],
      ['2026-06-21', '12:00'], ['2026-06-22', '09:00'], ['2026-06-23', '09:00'],
    ]);
    expect(hours).toHaveLength(7 * 24);
    expect(days[0]?.peakWh).toBe(10_000);
    expect(days[0]?.energyWh).toBe(14_000);
    expect(hours.filter(({ isPeak }) => isPeak)).toHaveLength(7);
    expect(hours.find(({ day, time }) => day === '2026-06-17' && time === '18:00'))
      .toMatchObject({ hour: '2026-06-17T16:00Z', energyWh: 4_000, lastWeekWh: 4_000, isPeak: false });
  });

  it.each([
    // Clocks go forward on 2026-03-29, back on 2026-10-25: the same local hour is another hour of UTC.
    ['2026-03-27', '2026-03-27T08:00Z', '2026-03-30T07:00Z', 7 * 24 - 1],
    ['2026-10-23', '2026-10-23T07:00Z', '2026-10-26T08:00Z', 7 * 24 + 1],
  ])('from %s on keeps the local hour over a change of the clocks', (today, before, after, count) => {
    const { days, hours } = forecast(today, 6);
    expect(days[0]).toMatchObject({ peakHour: before, peakTime: '09:00', peakWh: 10_000 });
    expect(days[3]).toMatchObject({ peakHour: after, peakTime: '09:00', peakWh: 10_000 });
    expect(hours).toHaveLength(count);
  });

  it('is not moved by a change of the clocks in its history: habits recur at local hours, so it is exact', () => {
    for (const today of ['2026-04-15', '2026-11-11']) {
      const { errors } = forecast(today, 10);
      expect(errors).toMatchObject({ weeks: 10, heldBackWeeks: 6, maeWh: 0, lastWeekMaeWh: 0, peakHourMae: 0 });
    }
  });

  it('begins with the next hour, and says of today what is left of it', () => {
    const nowMs = atLocal(ZONE, (dayStart('UTC', '2026-06-17') ?? 0) + 10.5 * HOUR_MS);
    const { days, hours } = forecast('2026-06-17', 8, { nowMs, days: 1 });
    expect(hours[0]).toMatchObject({ day: '2026-06-17', time: '11:00' });
    expect(hours).toHaveLength(13);
    expect(days).toEqual([
      { day: '2026-06-17', energyWh: 4_000, peakHour: '2026-06-17T16:00Z', peakTime: '18:00', peakWh: 4_000 },
    ]);
  });

  it('takes a coming holiday for a Sunday, and leaves past ones out of the means of their weekdays', () => {
    const closed: Habit = (weekday, hour, day) => (day === '2026-06-10' ? 0 : office(weekday, hour, day));
    const asked = { holidays: new Set(['2026-06-10', '2026-06-18']) };
    const { days, errors } = forecast('2026-06-17', 8, asked, closed);
    expect(days[0]).toMatchObject({ day: '2026-06-17', peakTime: '09:00', peakWh: 10_000 });
    expect(days[1]).toMatchObject({ day: '2026-06-18', peakTime: '12:00', peakWh: 3_000 });
    expect(errors.maeWh).toBe(0);
    const unknowing = forecast('2026-06-17', 8, {}, closed);
    expect(unknowing.days[0]?.peakWh).toBeLessThan(10_000);
    expect(unknowing.errors.maeWh).toBeGreaterThan(0);
  });

  it('is less off than the same hour last week where weeks differ by chance', () => {
    let seed = 7;
    const chance = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const noisy: Habit = (weekday, hour, day) => Math.round(office(weekday, hour, day) * 2 * chance());
    const { errors } = forecast('2026-06-17', 20, {}, noisy);
    expect(errors.heldBackWeeks).toBe(12);
    expect(errors.maeWh ?? 0).toBeLessThan(errors.lastWeekMaeWh ?? 0);
    expect(errors.rmseWh ?? 0).toBeLessThan(errors.lastWeekRmseWh ?? 0);
  });
});

describe('a site with too little history', () => {
  it('has no forecast, and is told when it will have one', () => {
    expect(forecast('2026-06-17', 3)).toEqual({
      hours: [], days: [],
      errors: {
        weeks: 3, weeksNeeded: 4, readyOn: '2026-06-24', heldBackWeeks: 0, heldBackHours: 0, maeWh: null,
        lastWeekMaeWh: null, rmseWh: null, lastWeekRmseWh: null, peakHourMae: null, lastWeekPeakHourMae: null,
      },
    });
    expect(forecast('2026-06-17', 0).errors).toMatchObject({ weeks: 0, readyOn: null });
  });

  it('has one with four weeks, whose errors nobody knows yet; with five one week is held back', () => {
    expect(forecast('2026-06-17', 4)).toMatchObject({ errors: { weeks: 4, heldBackWeeks: 0, maeWh: null } });
    expect(forecast('2026-06-17', 4).days).toHaveLength(7);
    expect(forecast('2026-06-17', 5).errors).toMatchObject({ weeks: 5, heldBackWeeks: 1, heldBackHours: 168 });
  });
});
