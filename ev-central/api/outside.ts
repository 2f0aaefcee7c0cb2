// Times are UTC milliseconds inside and ISO 8601 outside: rows and their schemas are turned here, by one list of names,
// so that what is documented is what is sent. Durations keep their milliseconds, and their unit in the name.
import { z } from 'zod';
import type { PointOffer } from '../../shared/messages/rows.ts';
import { LAST_AT_MS } from '../../shared/messages/values.ts';

/** Fields that hold a moment, and what they are called outside. */
const MOMENTS: Readonly<Record<string, string>> = {
  atMs: 'at', sinceMs: 'since', stateSinceMs: 'stateSince', requestedAtMs: 'requestedAt', startedAtMs: 'startedAt',
  endedAtMs: 'endedAt', plugByMs: 'plugBy', issuedAtMs: 'issuedAt', expiresAtMs: 'expiresAt', createdAtMs: 'createdAt',
  usedAtMs: 'usedAt', revokedAtMs: 'revokedAt', keyExpiresAtMs: 'keyExpiresAt', sentAtMs: 'sentAt',
  deadlineMs: 'deadline', rawAtMs: 'rawAt', receivedAtMs: 'receivedAt', startedSinceMs: 'startedSince',
  changedAtMs: 'changedAt', nextAttemptAtMs: 'nextAttemptAt', confirmByMs: 'confirmBy',
  startMs: 'start', nextAtMs: 'nextAt', madeAtMs: 'madeAt', beginsAtMs: 'beginsAt', endsAtMs: 'endsAt',
  submittedAtMs: 'submittedAt', decidedAtMs: 'decidedAt', paidAtMs: 'paidAt',
  dueMs: 'due', bookedAtMs: 'bookedAt', reservedFromMs: 'reservedFrom', pausedUntilMs: 'pausedUntil',
  validFromMs: 'validFrom', validToMs: 'validTo', freeUntilMs: 'freeUntil', checkInByMs: 'checkInBy',
};

/** A row as it is sent. What is nested is turned, too. */
export function outside(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(outside);
  if (typeof value !== 'object' || value === null) return value;
  const turned: Record<string, unknown> = {};
  // A list of points has some thousand fields: most are no objects, and an array of entries for each row costs.
  for (const name of Object.keys(value)) {
    const each = (value as Readonly<Record<string, unknown>>)[name];
    const moment = MOMENTS[name];
    if (moment === undefined) turned[name] = typeof each === 'object' ? outside(each) : each;
    else turned[moment] = typeof each === 'number' ? isoMoment(each) : each;
  }
  return turned;
}

/** An offer as `outside` makes it, faster: of its fields only this one is a moment, and none of what is nested. */
export function outsideOffer({ sinceMs, ...offer }: PointOffer): unknown {
  return { ...offer, since: isoMoment(sinceMs) };
}

/** The schema of what `outside` makes of rows of this one. */
export function outsideSchema(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) {
    const turned = z.object(outsideShape(schema.shape as Record<string, z.ZodType>));
    return schema.def.catchall === undefined ? turned : turned.catchall(z.unknown());
  }
  if (schema instanceof z.ZodArray) return z.array(outsideSchema(schema.element as z.ZodType));
  if (schema instanceof z.ZodNullable) return outsideSchema(schema.unwrap() as z.ZodType).nullable();
  if (schema instanceof z.ZodUnion) {
    return z.union((schema.options as readonly z.ZodType[]).map(outsideSchema) as [z.ZodType, z.ZodType]);
  }
  return schema;
}

export const momentSchema = z.iso.datetime().describe('UTC, ISO 8601');

function outsideShape(shape: Readonly<Record<string, z.ZodType>>): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(shape).map(([name, each]) => {
    const moment = MOMENTS[name];
    if (moment === undefined) return [name, outsideSchema(each)];
    if (each instanceof z.ZodOptional) return [moment, momentSchema.optional()];
    // What was stored before a field came has none.
    if (each instanceof z.ZodDefault) return [moment, momentSchema.nullable().optional()];
    return [moment, each instanceof z.ZodNullable ? momentSchema.nullable() : momentSchema];
  }));
}

/** A clock of a point may say anything: what is no date is the nearest one. */
function isoMoment(atMs: number): string {
  return new Date(Math.min(LAST_AT_MS, Math.max(0, Math.round(atMs)))).toISOString();
}
