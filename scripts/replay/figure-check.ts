// Compares the figures of a replay with sums that are taken straight from the record, by other code. Pure.
//
// To the Wh and to the charge: energy and charges by site and by driver, charges by hour and site, and energy by site
// and day, except days over whose midnight somebody charged: how much flowed before it, the record does not say.
import type { CountsRow } from '../../ev-central/core/figures/ask.ts';
import { driverOf } from './network-of-replay.ts';
import type { Plan, PlannedSession } from './plan.ts';

export type ReplayFigures = {
  readonly bySite: readonly CountsRow[]; readonly byUser: readonly CountsRow[];
  /** Of each site, by day and by hour. */
  readonly days: ReadonlyMap<string, readonly CountsRow[]>; readonly hours: ReadonlyMap<string, readonly CountsRow[]>;
};
export type FigureCheck = { readonly compared: number; readonly wrong: number; readonly problems: readonly string[] };

const HOUR_MS = 3_600_000;
const PROBLEMS_SHOWN = 20;

export function checkFigures({ sessions }: Plan, figures: ReplayFigures): FigureCheck {
  const wrong: string[] = [];
  let compared = 0;
  const compare = (what: string, expected: number | undefined, found: number | undefined): void => {
    compared += 1;
    if ((expected ?? 0) !== (found ?? 0)) wrong.push(`figures of ${what}: ${found ?? 0} instead of ${expected ?? 0}`);
  };
  const compareAll = (what: string, expected: Map<string, number>, found: Map<string, number>): void => {
    for (const key of new Set([...expected.keys(), ...found.keys()])) {
      compare(`${what} ${key}`, expected.get(key), found.get(key));
    }
  };
  const energyWh = ({ recorded }: PlannedSession): number => recorded.energyWh;
  const bySite = ({ recorded }: PlannedSession): string => `site-${recorded.siteId}`;
  const byUser = ({ recorded }: PlannedSession): string => driverOf(recorded.driverId);
  compareAll('energy', sums(sessions, bySite, energyWh), column(figures.bySite, 'energyWh'));
  compareAll('charges', sums(sessions, bySite, () => 1), column(figures.bySite, 'sessions'));
  compareAll('energy', sums(sessions, byUser, energyWh), column(figures.byUser, 'energyWh'));
  compareAll('charges', sums(sessions, byUser, () => 1), column(figures.byUser, 'sessions'));
  for (const [site, own] of grouped(sessions, bySite)) {
    compareAll(`charges at ${site} in hour`, sums(own, ({ startAtMs }) => hourText(startAtMs), () => 1),
      column(figures.hours.get(site) ?? [], 'sessions'));
    const crossed = new Set(own.filter((each) => dayText(each.startAtMs) !== dayText(lastMs(each)))
      .flatMap((each) => daysOver(each)));
    const days = sums(own, ({ startAtMs }) => dayText(startAtMs), energyWh);
    const found = column(figures.days.get(site) ?? [], 'energyWh');
    for (const day of new Set([...days.keys(), ...found.keys()])) {
      if (!crossed.has(day)) compare(`energy at ${site} on ${day}`, days.get(day), found.get(day));
    }
  }
  const more = wrong.length - PROBLEMS_SHOWN;
  const problems = more <= 0 ? wrong : [...wrong.slice(0, PROBLEMS_SHOWN), `… and ${more} more figures`];
  return { compared, wrong: wrong.length, problems };
}

function sums(
  sessions: readonly PlannedSession[], key: (session: PlannedSession) => string,
  value: (session: PlannedSession) => number,
): Map<string, number> {
  const found = new Map<string, number>();
  for (const session of sessions) found.set(key(session), (found.get(key(session)) ?? 0) + value(session));
  return found;
}

function grouped(
  sessions: readonly PlannedSession[], key: (session: PlannedSession) => string,
): Map<string, PlannedSession[]> {
  const found = new Map<string, PlannedSession[]>();
  for (const session of sessions) found.set(key(session), [...found.get(key(session)) ?? [], session]);
  return found;
}

/** Without what is 0: a row of an hour may hold energy alone. */
function column(rows: readonly CountsRow[], name: 'energyWh' | 'sessions'): Map<string, number> {
  return new Map(rows.filter((row) => row[name] !== 0).map((row) => [row.key, row[name]]));
}

function lastMs({ startAtMs, endAtMs }: PlannedSession): number {
  return Math.max(startAtMs, endAtMs - 1);
}

function daysOver(session: PlannedSession): string[] {
  const days = [dayText(lastMs(session))];
  for (let atMs = session.startAtMs; atMs < session.endAtMs; atMs += HOUR_MS) days.push(dayText(atMs));
  return days;
}

/** Sites of a replay are in UTC. */
function dayText(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

function hourText(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 13);
}
