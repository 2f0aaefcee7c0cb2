// The two files of `admin price`: an OCPI tariff and a session as a list of periods. What is wrong with one is said by
// file and field. Unknown fields are ignored.
import type { z } from 'zod';
import type { TariffRules } from '../core/tariff/rules.ts';
import { tariffRules } from '../core/tariff/rules.ts';
import type { SeriesPrices } from '../core/tariff/hourly.ts';
import type { PricedSession } from '../core/tariff/period.ts';
import { pricedSession, pricedSessionSchema } from '../core/tariff/priced-session.ts';
import { Failure } from '../../shared/failure.ts';
import { readExactJsonFile } from '../../shared/json-file.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { OcpiTariff } from '../../shared/messages/ocpi-tariff.ts';
import { ocpiTariffSchema } from '../../shared/messages/ocpi-tariff.ts';

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
  return pricedSession(checked(pricedSessionSchema, value, { file, what: 'a session' }));
}

function checked<T>(schema: z.ZodType<T>, value: unknown, { file, what }: { file: string; what: string }): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  const why = issue?.message ?? 'is not valid';
  throw new Failure('bad-configuration', `${file}: ${where}${why}: mend it, it is to be ${what}`);
}
