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
