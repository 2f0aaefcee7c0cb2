// Wall-clock time in a site's zone, for time-of-use prices and opening hours. Pure: it reads the time-zone rules that
// come with the runtime, never the clock. Offsets change at quarter hours at the earliest, so one is kept per quarter.
const QUARTER_MS = 15 * 60_000;
const DAY_MS = 24 * 3_600_000;

/** Milliseconds since the local midnight at `atMs` in an IANA zone. Throws `RangeError` for an unknown zone. */
export function msOfDay(zone: string, atMs: number): number {
  const local = atMs + zoneOffsetMs(zone, atMs);
  return ((local % DAY_MS) + DAY_MS) % DAY_MS;
}

/** The first moment of the local month in which `atMs` lies. */
export function monthStart(zone: string, atMs: number): number {
  const day = Number(dayFormatOf(zone).format(atMs));
  const near = atMs - msOfDay(zone, atMs) - (day - 1) * DAY_MS;
  // The clock may have been changed since: then this is an hour before or after midnight.
  const past = msOfDay(zone, near);
  return near - (past > DAY_MS / 2 ? past - DAY_MS : past);
}

/** The end of the quarter hour (in UTC) in which `atMs` lies: until then the offset cannot change. */
export function quarterEnd(atMs: number): number {
  return (Math.floor(atMs / QUARTER_MS) + 1) * QUARTER_MS;
}

/** Local time minus UTC at `atMs`, in milliseconds. */
export function zoneOffsetMs(zone: string, atMs: number): number {
  if (zone === 'UTC') return 0;
  let offsets = cache.get(zone);
  if (offsets === undefined) {
    offsets = { format: formatOf(zone), byQuarter: new Map() };
    cache.set(zone, offsets);
  }
  const quarter = Math.floor(atMs / QUARTER_MS);
  const known = offsets.byQuarter.get(quarter);
  if (known !== undefined) return known;
  const offset = parseOffset(offsets.format.formatToParts(quarter * QUARTER_MS));
  if (offsets.byQuarter.size > 4_000) offsets.byQuarter.clear();
  offsets.byQuarter.set(quarter, offset);
  return offset;
}

/** Is it between these minutes of the zone's day? From > to: over midnight. */
export function isWithinHours(
  { fromMinute, toMinute }: { readonly fromMinute: number; readonly toMinute: number }, zone: string, atMs: number,
): boolean {
  const minute = Math.floor(msOfDay(zone, atMs) / 60_000);
  return fromMinute <= toMinute ? fromMinute <= minute && minute < toMinute : minute >= fromMinute || minute < toMinute;
}

/** The month of the zone's calendar in which `atMs` lies: `2026-03`. */
export function monthOf(zone: string, atMs: number): string {
  return dayOf(zone, atMs).slice(0, 7);
}

/** The day of the zone's calendar in which `atMs` lies: `2026-03-31`. */
export function dayOf(zone: string, atMs: number): string {
  const days = Math.floor((atMs + zoneOffsetMs(zone, atMs)) / DAY_MS);
  const known = dayTexts.get(days);
  if (known !== undefined) return known;
  if (dayTexts.size > 4_000) dayTexts.clear();
  const text = dayText(days);
  dayTexts.set(days, text);
  return text;
}

/** When a day such as `2026-03-31` begins in a zone; undefined when the text is no day. */
export function dayStart(zone: string, text: string): number | undefined {
  const match = /^(\d{4})-(0[1-9]|1[0-2])-(\d{2})$/.exec(text);
  if (match === null) return undefined;
  const day = firstDay(Number(match[1]), Number(match[2])) + Number(match[3]) - 1;
  return dayText(day) === text ? midnight(zone, day) : undefined;
}

/** `20_543 → 2026-03-31`. */
function dayText(days: number): string {
  // The years of this calendar begin in March, so that the leap day comes last (Hinnant, "chrono-compatible low-level
  // date algorithms").
  const sinceEra = days + 719_468;
  const era = Math.floor(sinceEra / 146_097);
  const day = sinceEra - era * 146_097;
  const year = Math.floor((day - Math.floor(day / 1_460) + Math.floor(day / 36_524) - Math.floor(day / 146_096)) / 365);
  const dayOfYear = day - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const ofMonth = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const calendarYear = era * 400 + year + (month <= 2 ? 1 : 0);
  return `${String(calendarYear).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(ofMonth)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** Begin and end of a month such as `2026-03` in a zone; undefined when the text is no month. */
export function monthBounds(
  zone: string, text: string,
): { readonly startMs: number; readonly endMs: number } | undefined {
  const match = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text);
  if (match === null) return undefined;
  const [year, month] = [Number(match[1]), Number(match[2])];
  return {
    startMs: midnight(zone, firstDay(year, month)),
    endMs: midnight(zone, month === 12 ? firstDay(year + 1, 1) : firstDay(year, month + 1)),
  };
}

/** Days from 1970-01-01 to the first of a month. */
function firstDay(year: number, month: number): number {
  const march = month > 2 ? year : year - 1;
  const era = Math.floor(march / 400);
  const inEra = march - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5);
  return era * 146_097 + inEra * 365 + Math.floor(inEra / 4) - Math.floor(inEra / 100) + dayOfYear - 719_468;
}

/** When a day begins in a zone. */
function midnight(zone: string, day: number): number {
  return atLocal(zone, day * DAY_MS);
}

/**
 * The moment at which the zone's clocks show this time (as if it were UTC). A second look, for the offset may change in
 * between. A time that is left out in spring is as much later; of one that comes twice in autumn it is the second.
 */
export function atLocal(zone: string, localMs: number): number {
  const guess = localMs - zoneOffsetMs(zone, localMs);
  return localMs - zoneOffsetMs(zone, guess);
}

/** True when the runtime knows the zone. */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

const cache = new Map<string, { format: Intl.DateTimeFormat; byQuarter: Map<number, number> }>();

const dayTexts = new Map<number, string>();

const dayFormats = new Map<string, Intl.DateTimeFormat>();

function dayFormatOf(zone: string): Intl.DateTimeFormat {
  const known = dayFormats.get(zone) ?? new Intl.DateTimeFormat('en-US', { timeZone: zone, day: 'numeric' });
  dayFormats.set(zone, known);
  return known;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
}

/** `GMT+05:45 → 20_700_000`; `GMT → 0`. */
function parseOffset(parts: readonly Intl.DateTimeFormatPart[]): number {
  const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  const match = /^GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(name);
  if (match?.[1] === undefined) return 0;
  const ms = (Number(match[2]) * 3_600 + Number(match[3]) * 60 + Number(match[4] ?? 0)) * 1_000;
  return match[1] === '-' ? -ms : ms;
}
