// Prices per hour in a CSV: a column `from` (a time with its offset, or UTC), `price` (of a kWh without VAT) and, where
// the file says it, `currency`; hour after hour. What is wrong is said by line, all of it at once.
import { readFileSync } from 'node:fs';
import { HOUR_MS } from '../core/tariff/hourly.ts';
import { Failure } from '../../shared/failure.ts';
import { LIMITS } from '../../shared/limits.ts';
import { isCalendarDay } from '../../shared/messages/ocpi-tariff.ts';
import { type HourRun, hourPriceSchema } from '../../shared/messages/price-series.ts';
import { type CsvRecord, readCsv } from './csv-rows.ts';
import { msOfStart, START } from './price-files.ts';

/** How many bad lines are named. */
const NAMED = 20;

type Fault = { readonly line: number; readonly why: string };

/** Reads a file. `currency`: what its column, if it has one, must say. Throws `Failure('bad-configuration')`. */
export function readSeriesFile(file: string, currency: string | null): HourRun {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Failure('bad-configuration', `cannot read ${file}`, cause);
  }
  const { run, faults } = readSeries(text, currency);
  if (faults.length === 0) return run;
  const named = faults.slice(0, NAMED).map(({ line, why }) => `  line ${line}: ${why}`);
  const more = faults.length > NAMED ? [`  and ${faults.length - NAMED} more`] : [];
  throw new Failure('bad-configuration', [
    `${file} is no series of prices per hour: mend it, nothing was taken in`, ...named, ...more,
  ].join('\n'));
}

/** Reads a text; `run` is whole when there are no faults. */
export function readSeries(text: string, currency: string | null): { run: HourRun; faults: Fault[] } {
  const { header, records, bad } = readCsv(text);
  const missing = ['from', 'price'].filter((name) => !header.includes(name));
  if (missing.length > 0) {
    return { run: { fromMs: 0, prices: [] }, faults: [{ line: 1, why: `there is no column ${missing.join(', ')}` }] };
  }
  const faults: Fault[] = bad.map(({ line, reason }) => ({ line, why: reason }));
  if (records.length === 0) faults.push({ line: 1, why: 'there is no hour' });
  const tooMany = records[LIMITS.seriesHours];
  if (tooMany !== undefined) faults.push({ line: tooMany.line, why: `more than ${LIMITS.seriesHours} hours` });
  const wanted = currency ?? records[0]?.fields['currency']?.trim() ?? null;
  let before: { atMs: number; line: number } | null = null;
  let fromMs: number | null = null;
  for (const record of records) {
    const atMs = timeOf(record, faults);
    faults.push(...faultsOf(record, wanted));
    if (atMs === null) continue;
    if (before !== null) faults.push(...orderFaults(record.line, atMs, before));
    before = { atMs, line: record.line };
    fromMs ??= atMs;
  }
  const prices = records.map(({ fields }) => fields['price']?.trim() ?? '');
  return { run: { fromMs: fromMs ?? 0, prices }, faults: faults.sort((a, b) => a.line - b.line) };
}

function timeOf({ line, fields }: CsvRecord, faults: Fault[]): number | null {
  const text = fields['from']?.trim() ?? '';
  if (!START.test(text) || !isCalendarDay(text)) {
    const such = '2026-12-24T18:00+01:00 or 2026-12-24T17:00Z';
    faults.push({ line, why: `"${text}" is no time with its offset, such as ${such}` });
    return null;
  }
  const atMs = msOfStart(text);
  if (atMs >= 0 && atMs % 60_000 === 0) return atMs;
  faults.push({ line, why: `"${text}" is no whole minute after 1970` });
  return null;
}

function faultsOf({ line, fields }: CsvRecord, wanted: string | null): Fault[] {
  const price = fields['price']?.trim() ?? '';
  const parsed = hourPriceSchema.safeParse(price);
  const given = fields['currency']?.trim();
  return [
    ...(parsed.success ? [] : [{ line, why: `"${price}" ${parsed.error.issues[0]?.message ?? 'is no price'}` }]),
    ...(given === undefined || wanted === null || given === wanted ? []
      : [{ line, why: `the price is in ${given === '' ? 'no currency' : given}, not in ${wanted}` }]),
  ];
}

function orderFaults(line: number, atMs: number, before: { atMs: number; line: number }): Fault[] {
  const laterMs = atMs - before.atMs;
  if (laterMs === HOUR_MS) return [];
  if (laterMs < 0) return [{ line, why: `comes before the hour of line ${before.line}: the hours are not in order` }];
  if (laterMs < HOUR_MS) return [{ line, why: `overlaps the hour of line ${before.line}: each has 60 minutes` }];
  const hours = Math.ceil(laterMs / HOUR_MS) - 1;
  const missing = hours === 1 ? 'an hour is' : `${hours} hours are`;
  return [{ line, why: `between this and line ${before.line} ${missing} missing` }];
}
