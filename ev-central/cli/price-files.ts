// The two files of `admin price`: an OCPI tariff and a session as a list of periods. What is wrong with one is said by
// file and field. Unknown fields are ignored. Decimals of the files become whole ms and Wh without a float on the way.
import { z } from 'zod';
import type { TariffRules } from '../core/tariff/rules.ts';
import { tariffRules } from '../core/tariff/rules.ts';
import type { SeriesPrices } from '../core/tariff/hourly.ts';
import type { Period, PricedSession } from '../core/tariff/period.ts';
import type { Decimal } from '../../shared/decimal.ts';
import { ceilIn, decimalOf, isExact, sumOf } from '../../shared/decimal.ts';
import { Failure } from '../../shared/failure.ts';
import { readExactJsonFile } from '../../shared/json-file.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { OcpiTariff } from '../../shared/messages/ocpi-tariff.ts';
import { daysOfDate, isCalendarDay, ocpiTariffSchema } from '../../shared/messages/ocpi-tariff.ts';
import { ratio, roundHalfEven } from '../../shared/money.ts';
import { isZone } from '../../shared/zone.ts';

const NOTHING: Decimal = { digits: 0n, scale: 0 };

const amount = (most: number) => z.number('must be a number of at most 15 digits').min(0, 'must not be negative')
  .max(most, `must not be above ${most}`).refine(isExact, 'must be a number of at most 15 digits');
const minutes = amount(LIMITS.pricedSessionMs / 60_000);
const kWh = amount(LIMITS.pricedSessionWh / 1_000);

const periodSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('charging'), minutes, kWh,
    /** As measured; without it the period's energy over its time. */
    powerW: amount(1_000_000_000).nullish(), powerKw: amount(1_000_000).nullish(),
    /** A, over all phases. */
    currentA: amount(1_000_000).nullish(),
    expired: z.literal(false, 'is for reservations').nullish(),
  }),
  z.object({
    type: z.literal('parking'), minutes, kWh: z.literal(0, 'must be 0: no energy flows while parking').nullish(),
    expired: z.literal(false, 'is for reservations').nullish(),
  }),
  z.object({
    type: z.literal('reservation'), minutes, kWh: z.literal(0, 'must be 0: no energy flows in a reservation').nullish(),
    expired: z.boolean('must be true or false').nullish(),
  }),
], 'type must be charging, parking or reservation');
type PeriodInput = z.infer<typeof periodSchema>;

/** A time with its offset. */
export const START = /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,3})?)?(Z|[+-](0\d|1[0-4]):[0-5]\d)$/;

const sessionSchema = z.object({
  timeZone: z.string().max(100).refine(isZone, 'must be a time zone such as Europe/Madrid'),
  start: z.string().regex(START, 'must be a time with its offset, such as 2026-12-24T18:00:00+01:00')
    .refine(isCalendarDay, 'must be a day of the calendar')
    .refine((text) => text >= '1970-01-02', 'must be after 1970'),
  periods: z.array(periodSchema).min(1, 'must have a period')
    .max(LIMITS.sessionPeriods, `has more than ${LIMITS.sessionPeriods} periods`),
}).superRefine(({ periods }, context) => {
  const wrong = wrongOrder(periods);
  if (wrong !== undefined) {
    context.addIssue({ code: 'custom', path: ['periods', wrong.at, 'type'], message: wrong.why });
  }
  const totalMs = roundedMs(periods.reduce((sum, each) => sumOf(sum, decimalOf(each.minutes)), NOTHING));
  if (totalMs > LIMITS.pricedSessionMs) {
    context.addIssue({ code: 'custom', path: ['periods'], message: 'last more than 366 days: minutes are meant' });
  }
  const totalWh = ceilIn(periods.reduce((sum, each) => sumOf(sum, decimalOf(each.kWh ?? 0)), NOTHING), 1_000n);
  if (totalWh > BigInt(LIMITS.pricedSessionWh)) {
    context.addIssue({ code: 'custom', path: ['periods'], message: 'have more than 1 GWh: kWh are meant' });
  }
});

/**
 * Reads an OCPI tariff. Throws `Failure('bad-configuration')` that names file, field and fault. `series`: the prices of
 * the series that it names; without them its own prices hold.
 */
export function readTariffFile(file: string, series: ReadonlyMap<string, SeriesPrices>): TariffRules {
  return tariffRules(readOcpiTariff(file), { series });
}

/** The tariff of a file as it stands there. Throws likewise. */
export function readOcpiTariff(file: string): OcpiTariff {
  const value = readExactJsonFile(file, 'the tariff', LIMITS.priceFileBytes);
  return checked(ocpiTariffSchema, value, { file, what: 'an OCPI 2.2.1 tariff' });
}

/** Reads a session: `{ timeZone, start, periods }`. Throws `Failure('bad-configuration')` likewise. */
export function readSessionFile(file: string): PricedSession {
  const value = readExactJsonFile(file, 'the session', LIMITS.priceFileBytes);
  const { timeZone, start, periods } = checked(sessionSchema, value, { file, what: 'a session' });
  return { timeZone, startMs: msOfStart(start), periods: periodsOf(periods) };
}

function checked<T>(schema: z.ZodType<T>, value: unknown, { file, what }: { file: string; what: string }): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  const why = issue?.message ?? 'is not valid';
  throw new Failure('bad-configuration', `${file}: ${where}${why}: mend it, it is to be ${what}`);
}

/** A reservation comes before everything else, and one that expired has no session. */
function wrongOrder(periods: readonly PeriodInput[]): { why: string; at: number } | undefined {
  const begun = periods.findIndex(({ type }) => type !== 'reservation');
  const late = periods.findIndex(({ type }, i) => type === 'reservation' && begun >= 0 && i > begun);
  if (late >= 0) return { why: 'a reservation must come before charging and parking', at: late };
  const expired = periods.some((each) => each.type === 'reservation' && each.expired === true);
  return expired && begun >= 0 ? { why: 'nothing must follow a reservation that expired', at: begun } : undefined;
}

/** Rounded on the way from the session's start, so that what many periods round away does not add up. */
function periodsOf(given: readonly PeriodInput[]): Period[] {
  const hasExpired = given.some((each) => each.type === 'reservation' && each.expired === true);
  let [passed, energy] = [NOTHING, NOTHING];
  let [passedMs, energyWh] = [0, 0];
  return given.map((each) => {
    passed = sumOf(passed, decimalOf(each.minutes));
    energy = sumOf(energy, decimalOf(each.kWh ?? 0));
    // A Wh that has begun counts whole, as a step of 1 Wh has it (OCPI 2.2.1, mod_tariffs 11.4.2).
    const [nextMs, nextWh] = [roundedMs(passed), Number(ceilIn(energy, 1_000n))];
    const period = { durationMs: nextMs - passedMs, energyWh: nextWh - energyWh };
    [passedMs, energyWh] = [nextMs, nextWh];
    if (each.type === 'charging') return { kind: 'charging', ...period, ...measured(each) };
    const kind = each.type === 'parking' ? each.type : hasExpired ? 'expired-reservation' : each.type;
    return { kind, ...period, powerW: null, currentMa: null };
  });
}

function measured(given: Extract<PeriodInput, { type: 'charging' }>): Pick<Period, 'powerW' | 'currentMa'> {
  const whole = (value: number | null | undefined, factor: bigint): number | null =>
    (value === null || value === undefined ? null : Number(decimalFloor(decimalOf(value), factor)));
  return {
    powerW: whole(given.powerKw, 1_000n) ?? whole(given.powerW, 1n), currentMa: whole(given.currentA, 1_000n),
  };
}

function decimalFloor({ digits, scale }: Decimal, factor: bigint): bigint {
  return (digits * factor) / 10n ** BigInt(scale);
}

function roundedMs({ digits, scale }: Decimal): number {
  return Number(roundHalfEven(ratio(digits * 60_000n, 10n ** BigInt(scale))));
}

/** UTC ms of a time with its offset, which `START` has checked. */
export function msOfStart(text: string): number {
  const [, hour, minute, second = '0', millis = '0', sign, offsetHours = '0', offsetMinutes = '0'] =
    /T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?(?:Z|([+-])(\d\d):(\d\d))$/.exec(text) ?? [];
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === '-' ? -1 : 1);
  const atMinute = daysOfDate(text) * 1_440 + Number(hour) * 60 + Number(minute) - offset;
  return atMinute * 60_000 + Number(second) * 1_000 + Number(millis.padEnd(3, '0'));
}
