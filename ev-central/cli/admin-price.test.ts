import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Failure } from '../../shared/failure.ts';
import { LIMITS } from '../../shared/limits.ts';
import { describeError } from '../../shared/log.ts';
import { priceFiles } from './admin-price.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** Data that several projects read; it lies beside this one and is never copied into it. */
const STANDARD = join(ROOT, '..', 'shared', 'data', 'ocpi-tariffs');
const folder = mkdtempSync(join(tmpdir(), 'ev-price-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const START_FEE = {
  currency: 'EUR',
  elements: [{
    price_components: [
      { type: 'FLAT', price: 0.5, vat: 20, step_size: 1 }, { type: 'ENERGY', price: 0.25, vat: 10, step_size: 1 },
    ],
  }],
};
const HOUR = { type: 'charging', minutes: 60, kWh: 20 };
const SESSION = { timeZone: 'Europe/Berlin', start: '2019-03-04T09:00:00+01:00', periods: [HOUR] };

let files = 0;
function fileOf(content: unknown): string {
  const file = join(folder, `${files++}.json`);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

function reportOf(tariff: unknown, session: unknown) {
  return priceFiles(fileOf(tariff), fileOf(session)).report;
}

/** What is said about a bad pair of files, after the file's name. */
function faultOf(tariff: unknown, session: unknown): string {
  const [tariffFile, sessionFile] = [fileOf(tariff), fileOf(session)];
  try {
    priceFiles(tariffFile, sessionFile);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect(error.code).toBe('bad-configuration');
    const text = describeError(error);
    const which = text.includes(tariffFile) ? 'TARIFF' : text.includes(sessionFile) ? 'SESSION' : 'no file';
    return `${which} ${text.replace(tariffFile, '').replace(sessionFile, '')}`;
  }
  return 'no fault';
}

type StandardCase = { tariff: string; totalExclVat: string; totalInclVat?: string; note?: string };
const cases: StandardCase[] = existsSync(STANDARD)
  ? JSON.parse(readFileSync(join(STANDARD, 'cases.json'), 'utf8')) as StandardCase[] : [];

describe.skipIf(cases.length === 0)("the standard's sessions", () => {
  test.each(cases.map((each, i) => [i, each.tariff, each.note ?? '', each] as const))(
    '%i: %s comes out to the cent %s', (_i, tariff, _note, given) => {
      const { totalExclVat, totalInclVat } = priceFiles(join(STANDARD, tariff), fileOf(given)).report;
      expect(totalExclVat).toBe(given.totalExclVat);
      if (given.totalInclVat !== undefined) expect(totalInclVat).toBe(given.totalInclVat);
    });
});

describe('the report', () => {
  test('has the totals and lines from which they can be reckoned again', () => {
    const span = { from: '2019-03-04T08:00:00.000Z', to: '2019-03-04T09:00:00.000Z' };
    expect(reportOf(START_FEE, SESSION)).toEqual({
      currency: 'EUR', totalExclVat: '5.50', totalInclVat: '6.10', notes: [],
      lines: [
        {
          type: 'FLAT', reservation: false, element: 0, quantity: '1', billed: '1', unit: 'session', unitPrice: '0.5',
          per: 'session', vat: '20', amountExclVat: '0.5', amountInclVat: '0.6', from: span.from, to: span.from,
        },
        {
          type: 'ENERGY', reservation: false, element: 0, quantity: '20', billed: '20', unit: 'kWh', unitPrice: '0.25',
          per: 'kWh', vat: '10', amountExclVat: '5', amountInclVat: '5.5', ...span,
        },
      ],
    });
  });

  test('says when the session begins outside of the validity of the tariff', () => {
    const { notes } = reportOf({ ...START_FEE, end_date_time: '2019-01-01T00:00:00Z' }, SESSION);
    expect(notes).toEqual(['the tariff is valid until 2019-01-01T00:00:00.000Z: the session does not begin then']);
  });

  test('is in the minor digits of its currency', () => {
    const session = { ...SESSION, periods: [{ type: 'charging', minutes: 1, kWh: 1.5 }] };
    expect(reportOf({ ...START_FEE, currency: 'JPY' }, session).totalExclVat).toBe('1');
    expect(reportOf({ ...START_FEE, currency: 'KWD' }, session).totalExclVat).toBe('0.875');
  });

  test('keeps prices of many digits, and never adds floats', () => {
    const session = { ...SESSION, periods: [{ type: 'charging', minutes: 1, kWh: 0.1 }, { ...HOUR, kWh: 0.2 }] };
    const text = JSON.stringify(START_FEE).replace('0.25', '0.330578512396694').replace('0.5', '0.0');
    expect(reportOf(text, session).lines[1]).toMatchObject({ quantity: '0.3', amountExclVat: '0.099173553719' });
  });

  test('takes null for what is not given, and ignores what it does not know', () => {
    const tariff = { ...START_FEE, type: null, min_price: null, energy_mix: { is_green_energy: 'yes' }, color: [[[]]] };
    expect(reportOf(tariff, { ...SESSION, color: 'red' }).totalExclVat).toBe('5.50');
  });

  test('counts a Wh that has begun whole, once for the session', () => {
    const bit = { type: 'charging', minutes: 0.5, kWh: 0.0384 };
    const { lines } = reportOf(START_FEE, { ...SESSION, periods: [bit, bit, bit] });
    expect(lines[1]).toMatchObject({ quantity: '0.116', billed: '0.116' });
  });
});

const deep = '['.repeat(200_000) + ']'.repeat(200_000);
const [[flat, energy]] = [START_FEE.elements[0]?.price_components ?? []];
const withComponent = (change: object) =>
  ({ ...START_FEE, elements: [{ price_components: [flat, { ...energy, ...change }] }] });
const withRestriction = (restrictions: object) =>
  ({ ...START_FEE, elements: [{ ...START_FEE.elements[0], restrictions }] });
const withPeriod = (change: object) => ({ ...SESSION, periods: [{ ...HOUR, ...change }] });

describe('a bad file is refused by file and field', () => {
  test.each([
    ['no JSON', '{"currency":', 'is no JSON'],
    ['another shape', '[]', 'expected object'],
    ['deep nesting', deep, 'nested too deeply'],
    ['no elements', { currency: 'EUR' }, 'elements: '],
    ['an empty list of elements', { ...START_FEE, elements: [] }, 'elements: must have an element'],
    ['too many elements', { ...START_FEE, elements: Array(101).fill(START_FEE.elements[0]) }, 'more than 100 elements'],
    ['too many components', { ...START_FEE, elements: [{ price_components: Array(21).fill(flat) }] }, 'more than 20'],
    ['a currency that is none', { ...START_FEE, currency: 'euro' }, 'currency: must be a code such as EUR'],
    ['an unknown dimension', withComponent({ type: 'GAS' }), 'elements.0.price_components.1.type: '],
    ['a price in words', withComponent({ price: 'cheap' }), 'elements.0.price_components.1.price: must be a number'],
    ['a price in text', withComponent({ price: '0.25' }), 'price_components.1.price: must be a number'],
    ['a negative price', withComponent({ price: -0.25 }), 'price: must not be negative'],
    ['a huge price', withComponent({ price: 1e308 }), 'price: must not be above 1000000000'],
    ['a price beyond all numbers', JSON.stringify(START_FEE).replace('0.25', '1e999'), '1.price: must be a number'],
    ['a price with lost digits', JSON.stringify(START_FEE).replace('0.25', '0.10000000000000000555'),
      'at most 15 digits'],
    ['a price with too many digits', withComponent({ price: 0.1 + 0.2 }), 'at most 15 digits'],
    ['a price with too many places', withComponent({ price: 1e-16 }), 'at most 15 places'],
    ['a VAT over 100', withComponent({ vat: 101 }), 'vat: must not be above 100'],
    ['a fraction as a step', withComponent({ step_size: 1.5 }), 'step_size: must be a whole number'],
    ['no step', withComponent({ step_size: undefined }), 'step_size: '],
    ['a time of day that is none', withRestriction({ end_time: '24:00' }), 'restrictions.end_time: must be a time'],
    ['a day that is none', withRestriction({ start_date: '2019-02-29' }), 'start_date: must be a day of the calendar'],
    ['a weekday that is none', withRestriction({ day_of_week: ['MOONDAY'] }), 'restrictions.day_of_week.0: '],
    ['borders the wrong way round', withRestriction({ min_kwh: 5, max_kwh: 5 }), 'max_kwh: must be above min_kwh'],
    ['a maximum below the minimum', { ...START_FEE, min_price: { excl_vat: 5 }, max_price: { excl_vat: 4 } },
      'max_price.excl_vat: must not be below min_price'],
    ['a bound without VAT above itself', { ...START_FEE, min_price: { excl_vat: 5, incl_vat: 4 } },
      'min_price.incl_vat: '],
    ['an end that is no time', { ...START_FEE, end_date_time: 'tomorrow' }, 'end_date_time: must be a time'],
  ])('a tariff with %s', (_what, tariff, said) => {
    const fault = faultOf(tariff, SESSION);
    expect(fault).toContain(said);
    expect(fault).toMatch(/^TARIFF .*mend/s);
  });

  test.each([
    ['no JSON', 'periods', 'is no JSON'],
    ['deep nesting', `{"periods":${deep}}`, 'nested too deeply'],
    ['no zone', { ...SESSION, timeZone: undefined }, 'timeZone: '],
    ['an unknown zone', { ...SESSION, timeZone: 'Mars/Olympus' }, 'timeZone: must be a time zone such as'],
    ['a start without offset', { ...SESSION, start: '2019-03-04T09:00:00' }, 'start: must be a time with its offset'],
    ['a day that is none', { ...SESSION, start: '2019-02-29T09:00:00Z' }, 'start: must be a day of the calendar'],
    ['a start long ago', { ...SESSION, start: '0001-01-01T00:00:00Z' }, 'start: must be after 1970'],
    ['no periods', { ...SESSION, periods: [] }, 'periods: must have a period'],
    ['too many periods', { ...SESSION, periods: Array(10_001).fill(HOUR) }, 'periods: has more than 10000'],
    ['negative minutes', withPeriod({ minutes: -1 }), 'periods.0.minutes: must not be negative'],
    ['huge minutes', withPeriod({ minutes: 1e308 }), 'periods.0.minutes: must not be above 527040'],
    ['more than a year in sum', { ...SESSION, periods: [withMinutes(500_000), withMinutes(27_041)] },
      'more than 366 days'],
    ['minutes in words', withPeriod({ minutes: 'ten' }), 'periods.0.minutes: must be a number'],
    ['no energy', withPeriod({ kWh: undefined }), 'periods.0.kWh: must be a number'],
    ['negative energy', withPeriod({ kWh: -1 }), 'periods.0.kWh: must not be negative'],
    ['huge energy', withPeriod({ kWh: 1e9 }), 'periods.0.kWh: must not be above 1000000'],
    ['huge energy in sum', { ...SESSION, periods: [{ ...HOUR, kWh: 1e6 }, HOUR] }, 'more than 1 GWh'],
    ['another kind of period', withPeriod({ type: 'driving' }), 'periods.0.type: type must be charging'],
    ['energy while parking', withPeriod({ type: 'parking', kWh: 1 }), 'periods.0.kWh: must be 0'],
    ['a charge that expired', withPeriod({ expired: true }), 'periods.0.expired: is for reservations'],
    ['a late reservation', { ...SESSION, periods: [HOUR, { type: 'reservation', minutes: 5 }] },
      'periods.1.type: a reservation must come before'],
    ['a charge after an expired reservation',
      { ...SESSION, periods: [{ type: 'reservation', minutes: 5, expired: true }, HOUR] },
      'periods.1.type: nothing must'],
  ])('a session with %s', (_what, session, said) => {
    const fault = faultOf(START_FEE, session);
    expect(fault).toContain(said);
    expect(fault).toMatch(/^SESSION .*mend/s);
  });

  test('a file that is not there, a folder, and one that is too large', () => {
    const fine = fileOf(START_FEE);
    expect(() => priceFiles(join(folder, 'none.json'), fine)).toThrow(/cannot read the tariff .*none.json/);
    expect(() => priceFiles(fine, folder)).toThrow(/the session .* is no plain file/);
    const large = fileOf(`[${' '.repeat(LIMITS.priceFileBytes)}]`);
    expect(() => priceFiles(large, fine)).toThrow(/the tariff .* more than the 4194304 that are read/);
  });

  function withMinutes(minutes: number): object {
    return { ...HOUR, minutes };
  }
});

test('the largest session under the largest tariff is priced in seconds', () => {
  const element = (i: number) => ({
    price_components: [{ type: 'ENERGY', price: i + 1, step_size: 7 }, { type: 'TIME', price: i + 1, step_size: 7 }],
    restrictions: {
      start_time: `${String(i % 24).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}`,
      min_kwh: i, min_duration: i * 60, day_of_week: ['MONDAY', 'SUNDAY'],
    },
  });
  const tariff = { currency: 'EUR', elements: Array.from({ length: LIMITS.tariffElements }, (_each, i) => element(i)) };
  const one = { type: 'charging', minutes: 52.704, kWh: 99.9 };
  const session = { ...SESSION, periods: Array(LIMITS.sessionPeriods).fill(one) as unknown[] };
  expect(Number(reportOf(tariff, session).totalExclVat)).toBeGreaterThan(0);
});

describe('as somebody types it', () => {
  type Ended = { status: number; stdout: string; stderr: string };
  const run = (...args: string[]) => new Promise<Ended>((resolve) => {
    const command = [join(ROOT, 'ev-central', 'main.ts'), 'admin', 'price', ...args];
    execFile(process.execPath, command, (error, stdout, stderr) =>
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }));
  });

  test('prints JSON for programs and a table for people, without a database', async () => {
    const [tariff, session] = [fileOf({ ...START_FEE, max_price: { excl_vat: 5 } }), fileOf(SESSION)];
    const json = await run(tariff, session, '--json');
    expect(json).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({ totalExclVat: '5.00', totalInclVat: '5.55' });
    const { stdout, stderr, status } = await run(tariff, session);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout.split('\n')).toEqual([
      'element  what                       used    billed  price             vat   without vat  with vat',
      '1        fee                        once    once    0.50 per session  20 %  0.5000       0.6000',
      '1        energy                     20 kWh  20 kWh  0.25 per kWh      10 %  5.0000       5.5000',
      '-        down to the maximum price  -       -       -                 -     -0.5000      -0.5545',
      '', 'Total 5.00 EUR without VAT, 5.55 EUR with VAT', '',
    ]);
  });

  test('says what is wrong in one line, with the status of a wrong configuration', async () => {
    const { status, stdout, stderr } = await run(fileOf(START_FEE), fileOf({ ...SESSION, timeZone: 'Mars/Olympus' }));
    expect({ status, stdout }).toEqual({ status: 64, stdout: '' });
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(/json: timeZone: must be a time zone/) as string]);
    expect(await run(fileOf(START_FEE))).toMatchObject({ status: 64 });
  });
});
