// How much a site will charge in each hour of a week, from its hours so far. Pure.
//
// The method: for each hour of the week the mean of that hour in the weeks before, later weeks weighing more (half as
// much every `HALF_LIFE_WEEKS`), drawn towards the mean of that hour over all days of its kind (working day or
// week-end), as strongly as `PRIOR_WEEKS` weeks of it would, so that one odd week makes no peak; and all of it by how
// the site's last weeks were above or below that.

/** Energy by the hour, in whole weeks from a day's first hour on. Null: not known, or of no usual day: not counted. */
export type Hours = readonly (number | null)[];
/** The day of the week with which the hours begin: 0 is Monday. */
export type Weekday = 0 | 1 | 2 | 3 | 4 | 5 | 6;

export const WEEK_HOURS = 168;
const DAY_HOURS = 24;
const HALF_LIFE_WEEKS = 4;
const PRIOR_WEEKS = 2;
/** The level is that of these weeks; it moves by a third at most either way. */
const LEVEL_WEEKS = 3;
const LEVEL_RANGE = [2 / 3, 3 / 2] as const;

/** The hours of the week that follows. */
export function forecastWeek(hours: Hours, firstDay: Weekday = 0): number[] {
  const weeks = Math.floor(hours.length / WEEK_HOURS);
  const weights = Array.from({ length: weeks }, (_unused, week) => 0.5 ** ((weeks - 1 - week) / HALF_LIFE_WEEKS));
  const profile = Array.from({ length: WEEK_HOURS }, (_unused, hour) =>
    weighted(weights, (week) => at(hours, week, hour)));
  const drawn = profile.map((mean, hour) => {
    const { sum, weight } = mean;
    const prior = priorOf(profile, hour, firstDay);
    return (sum + PRIOR_WEEKS * prior) / (weight + PRIOR_WEEKS);
  });
  const level = levelOf(hours, drawn, weeks);
  return drawn.map((each) => each * level);
}

/** "The same hour last week", which the method has to beat. */
export function sameHourLastWeek(hours: Hours): (number | null)[] {
  return hours.slice(hours.length - WEEK_HOURS);
}

/** The hour of each day of a week in which the most is charged, and how much. */
export function peaksOf(week: Hours): { readonly hour: number; readonly value: number }[] {
  return Array.from({ length: 7 }, (_unused, day) => {
    const own = week.slice(day * DAY_HOURS, (day + 1) * DAY_HOURS);
    const value = Math.max(0, ...own.map((each) => each ?? 0));
    return { hour: value > 0 ? own.indexOf(value) : -1, value };
  });
}

type Mean = { readonly sum: number; readonly weight: number };

function weighted(weights: readonly number[], of: (week: number) => number | null): Mean {
  let [sum, weight] = [0, 0];
  for (const [week, each] of weights.entries()) {
    const value = of(week);
    if (value === null) continue;
    sum += each * value;
    weight += each;
  }
  return { sum, weight };
}

/** The mean of this hour over the days of its kind. */
function priorOf(profile: readonly Mean[], hour: number, firstDay: Weekday): number {
  const isWeekend = (day: number): boolean => (day + firstDay) % 7 >= 5;
  const own = Math.floor(hour / DAY_HOURS);
  const days = [0, 1, 2, 3, 4, 5, 6].filter((day) => isWeekend(day) === isWeekend(own));
  let total = 0;
  for (const day of days) {
    const { sum, weight } = profile[day * DAY_HOURS + (hour % DAY_HOURS)] ?? { sum: 0, weight: 0 };
    total += weight === 0 ? 0 : sum / weight;
  }
  return total / days.length;
}

function levelOf(hours: Hours, profile: readonly number[], weeks: number): number {
  let [usual, lately] = [0, 0];
  for (let i = Math.max(0, weeks - LEVEL_WEEKS) * WEEK_HOURS; i < weeks * WEEK_HOURS; i++) {
    const value = hours[i] ?? null;
    if (value === null) continue;
    lately += value;
    usual += profile[i % WEEK_HOURS] ?? 0;
  }
  if (usual <= 0) return 1;
  // Half of the way: three weeks are few.
  return Math.min(LEVEL_RANGE[1], Math.max(LEVEL_RANGE[0], (1 + lately / usual) / 2));
}

function at(hours: Hours, week: number, hour: number): number | null {
  return hours[week * WEEK_HOURS + hour] ?? null;
}
