// The buckets in which figures are counted: hours of UTC, and days, months and years of the site's calendar. A span of
// time is cut where an hour or a local day ends, so that each piece lies in one bucket of each grain.
import { dayOf, quarterEnd } from '../../../shared/zone.ts';

/** From fine to coarse. */
export const GRAINS = ['hour', 'day', 'month', 'year'] as const;
export type Grain = (typeof GRAINS)[number];

/** A stretch of time within one hour of UTC and one local day. */
export type Piece = {
  /** `2026-03-31T16`, of UTC. */
  readonly hour: string;
  /** `2026-03-31`, of the site's calendar. */
  readonly day: string;
  readonly fromMs: number; readonly untilMs: number;
};

const HOUR_MS = 3_600_000;

/** The pieces of a span, in order; a span without length is one piece. */
export function piecesOf(zone: string, fromMs: number, untilMs: number): Piece[] {
  const pieces: Piece[] = [];
  let atMs = fromMs;
  do {
    const endMs = Math.min(pieceEnd(zone, atMs), Math.max(untilMs, fromMs));
    pieces.push({ hour: hourOf(atMs), day: dayOf(zone, atMs), fromMs: atMs, untilMs: endMs });
    atMs = endMs;
  } while (atMs < untilMs);
  return pieces;
}

/** The parts of a span on each local day. */
export function daysOf(zone: string, fromMs: number, untilMs: number): Map<string, number> {
  const days = new Map<string, number>();
  for (const { day, fromMs: from, untilMs: until } of piecesOf(zone, fromMs, untilMs)) {
    days.set(day, (days.get(day) ?? 0) + until - from);
  }
  return days;
}

/** The hour of UTC in which a moment lies. */
export function hourOf(atMs: number): string {
  const hour = Math.floor(atMs / HOUR_MS);
  return `${dayOf('UTC', atMs)}T${String(((hour % 24) + 24) % 24).padStart(2, '0')}`;
}

/** `2026-03-31`, `month` → `2026-03`. */
export function dayIn(day: string, grain: Exclude<Grain, 'hour'>): string {
  return grain === 'day' ? day : day.slice(0, grain === 'month' ? 7 : 4);
}

/** A local day ends at a quarter hour of UTC, in every zone; most at a full hour. */
function pieceEnd(zone: string, atMs: number): number {
  const hourEnd = (Math.floor(atMs / HOUR_MS) + 1) * HOUR_MS;
  const day = dayOf(zone, atMs);
  if (dayOf(zone, hourEnd - 1) === day) return hourEnd;
  let endMs = quarterEnd(atMs);
  while (dayOf(zone, endMs) === day) endMs = quarterEnd(endMs);
  return endMs;
}
