// A time as people type it, in a zone: `now`, `+30m`, `18:30`, `tomorrow 08:00`, `2026-11-28 14:00`, or ISO 8601.
import { atLocal, dayOf, dayStart } from './zone.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The moment that is meant; null when the text is no time. A time of day that is over today is tomorrow's. */
export function slotTime(
  text: string, { nowMs, timeZone }: { readonly nowMs: number; readonly timeZone: string },
): number | null {
  const typed = text.trim().toLowerCase();
  if (typed === '' || typed === 'now') return nowMs;
  const later = /^\+\s*(\d{1,4})\s*(m|min|h|d)$/.exec(typed);
  if (later !== null) return onMinute(nowMs + Number(later[1]) * (STEP_MS[later[2] ?? ''] ?? MINUTE_MS));
  const today = dayOf(timeZone, nowMs);
  const ofDay = /^(?:(today|tomorrow)\s+)?(\d{1,2}):(\d{2})$/.exec(typed);
  if (ofDay !== null) {
    const [, day, hour, minute] = ofDay;
    const tomorrow = dayOf(timeZone, (dayStart(timeZone, today) ?? nowMs) + DAY_MS + DAY_MS / 2);
    const time = `${(hour ?? '').padStart(2, '0')}:${minute ?? ''}`;
    const first = local(day === 'tomorrow' ? tomorrow : today, time, timeZone);
    return day !== undefined || first === null || first >= nowMs ? first : local(tomorrow, time, timeZone);
  }
  const dated = /^(\d{4}-\d{2}-\d{2})[t ](\d{2}:\d{2})(?::\d{2})?$/.exec(typed);
  if (dated !== null) return local(dated[1] ?? '', dated[2] ?? '', timeZone);
  const exact = /^\d{4}-\d{2}-\d{2}t\d{2}:\d{2}\S*(z|[+-]\d{2}:\d{2})$/.test(typed) ? Date.parse(text.trim()) : NaN;
  return Number.isFinite(exact) ? exact : null;
}

const STEP_MS: Readonly<Record<string, number>> = { m: MINUTE_MS, min: MINUTE_MS, h: 60 * MINUTE_MS, d: DAY_MS };

function onMinute(atMs: number): number {
  return Math.ceil(atMs / MINUTE_MS) * MINUTE_MS;
}

function local(day: string, time: string, timeZone: string): number | null {
  const [hour = NaN, minute = NaN] = time.split(':').map(Number);
  if (dayStart(timeZone, day) === undefined || hour > 23 || minute > 59) return null;
  return atLocal(timeZone, Date.parse(`${day}T${time}:00Z`));
}
