// Quiet hours, in the zone of the person whose they are.
import type { Contact } from '../../shared/messages/notification.ts';
import { isWithinHours, msOfDay } from '../../shared/zone.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The end of the quiet hours in which `atMs` lies; null: it lies in none. */
export function quietUntil(
  { quietHours, timeZone }: Pick<Contact, 'quietHours' | 'timeZone'>, atMs: number,
): number | null {
  if (quietHours === null || !isWithinHours(quietHours, timeZone, atMs)) return null;
  const endMs = quietHours.toMinute * MINUTE_MS;
  const leftMs = (endMs - msOfDay(timeZone, atMs) + DAY_MS) % DAY_MS;
  const until = atMs - (atMs % MINUTE_MS) + leftMs + (leftMs === 0 ? DAY_MS : 0);
  // Where the clock is changed in between, the hours end an hour earlier or later than reckoned.
  const lateMs = (msOfDay(timeZone, until) - endMs + DAY_MS * 1.5) % DAY_MS - DAY_MS / 2;
  return until - lateMs;
}
