// A range of days in the largest whole buckets that it has: a year of days is read as a year, or as twelve months, not
// as 365 rows. Days are texts such as `2026-03-31`.
import type { Grain } from './buckets.ts';

/** Both ends belong to it. */
export type Part = { readonly grain: Grain; readonly from: string; readonly to: string };

/** The parts of a range in order; none coarser than `coarsest`. */
export function partsOf(from: string, to: string, coarsest: Exclude<Grain, 'hour'> = 'year'): Part[] {
  if (from > to) return [];
  return coarsest === 'day' ? [{ grain: 'day', from, to }] : split(from, to, coarsest);
}

/** A part that counts, or that is taken off again. */
export type SignedPart = Part & { readonly sign: 1 | -1 };

/**
 * The same range in fewer buckets: a month of which more than half belongs to it is read whole, less its other days,
 * and so is a year, less its other months.
 */
export function signedPartsOf(from: string, to: string): SignedPart[] {
  const [first, last] = [nearestMonth(from), nearestMonth(dayAfter(to))];
  if (first >= last) return partsOf(from, to).map((part) => ({ ...part, sign: 1 }));
  return [
    ...days(from, firstDayOf(first)), ...monthsBetween(first, last), ...days(firstDayOf(last), dayAfter(to)),
  ];
}

/** Of the days from one to before the other; taken off where the other is the earlier one. */
function days(from: string, before: string): SignedPart[] {
  if (from === before) return [];
  return from < before ? [{ grain: 'day', from, to: dayBefore(before), sign: 1 }]
    : [{ grain: 'day', from: before, to: dayBefore(from), sign: -1 }];
}

function monthsBetween(first: string, last: string): SignedPart[] {
  const [firstYear, lastYear] = [nearestYear(first), nearestYear(last)];
  if (firstYear >= lastYear) return [{ grain: 'month', from: first, to: previous(last), sign: 1 }];
  return [
    ...months(first, `${firstYear}-01`), { grain: 'year', from: firstYear, to: previous(lastYear), sign: 1 },
    ...months(`${lastYear}-01`, last),
  ];
}

function months(from: string, before: string): SignedPart[] {
  if (from === before) return [];
  return from < before ? [{ grain: 'month', from, to: previous(before), sign: 1 }]
    : [{ grain: 'month', from: before, to: previous(from), sign: -1 }];
}

/** The month whose beginning is nearest to that of a day. */
function nearestMonth(day: string): string {
  const month = day.slice(0, 7);
  const [before, length] = [Number(day.slice(8)) - 1, Number(lastDayOf(month).slice(8))];
  return before * 2 <= length ? month : next(month);
}

function nearestYear(month: string): string {
  const year = month.slice(0, 4);
  return Number(month.slice(5)) - 1 <= 6 ? year : next(year);
}

function split(from: string, to: string, grain: 'year' | 'month'): Part[] {
  const first = beginsOf(from, grain) ? bucketOf(from, grain) : next(bucketOf(from, grain));
  const last = endsOf(to, grain) ? bucketOf(to, grain) : previous(bucketOf(to, grain));
  const finer = grain === 'year' ? 'month' : 'day';
  if (first > last) return inFiner(from, to, finer);
  const before = firstDayOf(first);
  const after = lastDayOf(last);
  return [
    ...(from < before ? inFiner(from, dayBefore(before), finer) : []),
    { grain, from: first, to: last },
    ...(after < to ? inFiner(firstDayOf(next(last)), to, finer) : []),
  ];
}

function inFiner(from: string, to: string, grain: 'month' | 'day'): Part[] {
  return grain === 'day' ? [{ grain, from, to }] : split(from, to, grain);
}

/** `2026-03` or `2026`. */
function bucketOf(day: string, grain: 'year' | 'month'): string {
  return day.slice(0, grain === 'year' ? 4 : 7);
}

function beginsOf(day: string, grain: 'year' | 'month'): boolean {
  return day === firstDayOf(bucketOf(day, grain));
}

function endsOf(day: string, grain: 'year' | 'month'): boolean {
  return day === lastDayOf(bucketOf(day, grain));
}

function firstDayOf(bucket: string): string {
  return bucket.length === 4 ? `${bucket}-01-01` : `${bucket}-01`;
}

/** `2026-02` → `2026-02-28`. */
export function lastDayOf(bucket: string): string {
  if (bucket.length === 4) return `${bucket}-12-31`;
  return `${bucket}-${monthDays(Number(bucket.slice(0, 4)), Number(bucket.slice(5)))}`;
}

function dayBefore(day: string): string {
  const ofMonth = Number(day.slice(8));
  return ofMonth === 1 ? lastDayOf(previous(day.slice(0, 7))) : `${day.slice(0, 8)}${padded(ofMonth - 1, 2)}`;
}

function dayAfter(day: string): string {
  const month = day.slice(0, 7);
  if (day === lastDayOf(month)) return firstDayOf(next(month));
  return `${day.slice(0, 8)}${padded(Number(day.slice(8)) + 1, 2)}`;
}

/** The month, or the year, after this one. */
export function next(bucket: string): string {
  return moved(bucket, 1);
}

export function previous(bucket: string): string {
  return moved(bucket, -1);
}

function moved(bucket: string, by: number): string {
  const year = Number(bucket.slice(0, 4));
  if (bucket.length === 4) return padded(year + by, 4);
  const months = year * 12 + Number(bucket.slice(5)) - 1 + by;
  return `${padded(Math.floor(months / 12), 4)}-${padded((months % 12) + 1, 2)}`;
}

function monthDays(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
