// Exchange rates in a CSV with the columns date, base, quote and rate: one unit of the base is so many of the quote.
// What is wrong is said by line, all of it at once.
import { readFileSync } from 'node:fs';
import { Failure } from '../../shared/failure.ts';
import { type ExchangeRate, exchangeRateSchema } from '../../shared/messages/exchange-rate.ts';
import { readCsv } from './csv-rows.ts';

/** How many bad lines are named. */
const NAMED = 20;
const COLUMNS = ['date', 'base', 'quote', 'rate'];

export type RatesFault = { readonly line: number; readonly why: string };

/** Reads a file. Throws `Failure('bad-configuration')` that names file, lines and faults. */
export function readRatesFile(file: string): ExchangeRate[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Failure('bad-configuration', `cannot read ${file}`, cause);
  }
  const { rates, faults } = readRates(text);
  if (faults.length === 0) return rates;
  const named = faults.slice(0, NAMED).map(({ line, why }) => `  line ${line}: ${why}`);
  const more = faults.length > NAMED ? [`  and ${faults.length - NAMED} more`] : [];
  throw new Failure('bad-configuration',
    [`${file} has no exchange rates: mend it, nothing was taken in`, ...named, ...more].join('\n'));
}

/** Reads a text. */
export function readRates(text: string): { rates: ExchangeRate[]; faults: RatesFault[] } {
  const { header, records, bad } = readCsv(text);
  const missing = COLUMNS.filter((name) => !header.includes(name));
  if (missing.length > 0) return { rates: [], faults: [{ line: 1, why: `there is no column ${missing.join(', ')}` }] };
  const faults: RatesFault[] = bad.map(({ line, reason }) => ({ line, why: reason }));
  if (records.length === 0) faults.push({ line: 1, why: 'there is no rate' });
  const rates: ExchangeRate[] = [];
  const lines = new Map<string, number>();
  for (const { line, fields } of records) {
    const given = Object.fromEntries(COLUMNS.map((name) => [name, fields[name]?.trim()]));
    const parsed = exchangeRateSchema.safeParse(given);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      const name = String(issue?.path[0] ?? 'rate');
      faults.push({ line, why: `${name} "${given[name] ?? ''}" ${issue?.message ?? 'is not valid'}` });
      continue;
    }
    const { base, quote, date } = parsed.data;
    // In either direction: two rates of one day would leave open which holds.
    const key = `${[base, quote].sort().join(' ')} ${date}`;
    const before = lines.get(key);
    if (before !== undefined) {
      faults.push({ line, why: `${base} and ${quote} have a rate of ${date} on line ${before}` });
    }
    lines.set(key, line);
    rates.push(parsed.data);
  }
  return { rates, faults: faults.sort((a, b) => a.line - b.line) };
}
