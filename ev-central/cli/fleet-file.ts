// The file of `ctl reserve-fleet`: a JSON list of what a fleet wants. Times are written as for `--from` and `--to`;
// those without an offset are of the site's clock, which is known only once the sites have been read.
import { z } from 'zod';
import type { Reservation, ReservationWish, ReservedPlace } from '../../shared/messages/reservation.ts';
import { reservationWishSchema } from '../../shared/messages/reservation.ts';
import { atLocal } from '../../shared/zone.ts';
import { UsageError } from './tool-action.ts';

/** A time that was written: a moment, or what the site's clock shows then (as if it were UTC). */
type Written = { readonly atMs: number; readonly isLocal: boolean };
export type FleetEntry = Pick<ReservationWish, 'userId' | 'place' | 'fit'> & {
  /** Where it stands, for what is said of it. */
  readonly where: string;
  readonly from: Written; readonly to: Written;
};
/** The zone of a place's site; undefined: there is no such place. */
export type ZoneOf = (place: ReservedPlace) => Reservation['timeZone'] | undefined;

const DAY_MS = 86_400_000;
const TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d(?:\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?$/;
const HOW = 'write 2026-12-01, 2026-12-01T08:00 (of the site\'s clock), 2026-12-01T08:00Z or 2026-12-01T09:00+01:00';

const { shape } = reservationWishSchema;
const entrySchema = z.strictObject({
  userId: shape.userId, place: shape.place, from: z.string(), to: z.string(),
  fit: shape.fit.default({ connectorType: null, minPowerW: null }),
});

/** What the file's text asks for. Throws `UsageError`, which names the line and the field that is wrong. */
export function fleetEntries(text: string, file: string): FleetEntry[] {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${file} is not JSON: ${cause instanceof Error ? cause.message : ''}`);
  }
  if (!Array.isArray(found) || found.length === 0) {
    throw new UsageError(`${file} must be a list, [{ "userId": …, "place": …, "from": …, "to": … }, …]`);
  }
  const lines = linesOfEntries(text);
  return found.map((given: unknown, i) => {
    const where = `${file}, line ${lines[i] ?? 1} (reservation ${i + 1})`;
    const parsed = entrySchema.safeParse(given);
    if (!parsed.success) {
      const { path, message } = parsed.error.issues[0] ?? { path: [], message: 'is not valid' };
      throw new UsageError(`${where}: ${path.length === 0 ? '' : `${path.join('.')}: `}${message}`);
    }
    const { from, to, ...rest } = parsed.data;
    return { ...rest, where, from: writtenTime(from, 'from', where), to: writtenTime(to, 'to', where) };
  });
}

export function hasLocalTimes(entries: readonly FleetEntry[]): boolean {
  return entries.some(({ from, to }) => from.isLocal || to.isLocal);
}

/** The wishes, at their moments. */
export function fleetWishes(entries: readonly FleetEntry[], zoneOf: ZoneOf): ReservationWish[] {
  return entries.map(({ where, from, to, ...rest }) => {
    const zone = from.isLocal || to.isLocal ? zoneOf(rest.place) : 'UTC';
    if (zone === undefined) {
      const { place } = rest;
      const name = place.kind === 'site' ? `site ${place.siteId}` : `point ${place.pointId}`;
      throw new UsageError(`${where}: place: there is no ${name}`);
    }
    const [beginsAtMs, endsAtMs] = [momentOf(from, zone), momentOf(to, zone)];
    if (beginsAtMs >= endsAtMs) throw new UsageError(`${where}: to: it ends before it begins`);
    return { ...rest, beginsAtMs, endsAtMs };
  });
}

/** A date as an end means its own end, as for `--to`. */
function writtenTime(text: string, field: 'from' | 'to', where: string): Written {
  const wrong = (): UsageError => new UsageError(`${where}: ${field}: "${text}" is no time: ${HOW}`);
  if (z.iso.date().safeParse(text).success) {
    return { atMs: Date.parse(text) + (field === 'to' ? DAY_MS : 0), isLocal: true };
  }
  const [, date = '', clock = '', seconds = ':00', offset] = TIME.exec(text) ?? [];
  const whole = `${date}T${clock}${seconds}${offset ?? 'Z'}`;
  if (!z.iso.datetime({ offset: true }).safeParse(whole).success) throw wrong();
  return { atMs: Date.parse(whole), isLocal: offset === undefined };
}

function momentOf({ atMs, isLocal }: Written, zone: string): number {
  return isLocal ? atLocal(zone, atMs) : atMs;
}

/** The lines at which the entries of the list begin. */
function linesOfEntries(text: string): number[] {
  const lines: number[] = [];
  let [depth, line, inText] = [0, 1, false];
  for (let i = 0; i < text.length; i += 1) {
    const sign = text.charAt(i);
    if (sign === '\n') line += 1;
    if (inText) {
      if (sign === '\\') i += 1;
      else if (sign === '"') inText = false;
      continue;
    }
    if (sign === '"') inText = true;
    if (sign === '{' || sign === '[') {
      if (depth === 1) lines.push(line);
      depth += 1;
    }
    if (sign === '}' || sign === ']') depth -= 1;
  }
  return lines;
}
