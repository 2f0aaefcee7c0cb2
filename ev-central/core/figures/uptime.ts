// Uptime by two rules. Pure.
//
// United States, 23 CFR 680.116(b): each charging port has an average annual uptime of more than 97 %; it is reckoned
//   each month for the previous twelve (paragraph 2) as
//   uptime % = ((525,600 - (T_outage - T_excluded)) / 525,600) x 100, in minutes (paragraph 3). Of what may be excluded
//   Central knows scheduled maintenance alone: it cannot tell a power cut of the utility, or vandalism, from a fault.
//   Whoever is asked about less than a year, or about a port that was watched for less, takes the minutes in which it
//   was watched in place of 525,600.
// United Kingdom, Public Charge Point Regulations 2023 (S.I. 2023/1168), regulation 7: the network of an operator's
//   rapid points (50 kW or more, regulation 2) is on average reliable for 99 % of the time of a calendar year. By the
//   status of the EVSE in OCPI, available, charging and reserved are working; unknown and blocked are ineligible for
//   measurement, and count as reliable (7(3)(b)); inoperative and out of order are not reliable (7(4)).
import type { Outage } from './condition-row.ts';

export const NEVI_PERCENT = 97;
export const UK_PERCENT = 99;
export const RAPID_W = 50_000;

/** Milliseconds of each outage, and in which the connectors were part of the network. */
export type Outages = Readonly<Partial<Record<Outage, number>>>;
export type UptimeRow = {
  readonly watchedMs: number; readonly outageMs: number; readonly excludedMs: number;
  readonly uptimePercent: number | null;
  /** Of rapid connectors alone. */
  readonly rapidWatchedMs: number; readonly unreliableMs: number; readonly exemptMs: number;
  readonly reliablePercent: number | null;
} & { readonly [O in Outage as `${Camel<O>}Ms`]: number };
type Camel<T extends string> = T extends `${infer A}-${infer B}` ? `${A}${Capitalize<Camel<B>>}` : T;

export type Watched = { readonly watchedMs: number; readonly isRapid: boolean; readonly outages: Outages };

/** What several connectors come to together; one is one of them. */
export function uptimeOf(connectors: readonly Watched[]): UptimeRow {
  const sum = (of: (each: Watched) => number, rows = connectors): number =>
    rows.reduce((all, each) => all + of(each), 0);
  const ms = (cause: Outage, rows = connectors): number => sum(({ outages }) => outages[cause] ?? 0, rows);
  const rapid = connectors.filter(({ isRapid }) => isRapid);
  const [watchedMs, rapidWatchedMs] = [sum((each) => each.watchedMs), sum((each) => each.watchedMs, rapid)];
  const [faultedMs, disconnectedMs, outOfOrderMs, maintenanceMs, centralAwayMs] = [
    ms('faulted'), ms('disconnected'), ms('out-of-order'), ms('maintenance'), ms('central-away'),
  ];
  const outageMs = faultedMs + disconnectedMs + outOfOrderMs + maintenanceMs + centralAwayMs;
  const excludedMs = maintenanceMs;
  const unreliableMs = ms('faulted', rapid) + ms('out-of-order', rapid) + ms('maintenance', rapid);
  return {
    watchedMs, outageMs, excludedMs, uptimePercent: share(watchedMs - (outageMs - excludedMs), watchedMs),
    rapidWatchedMs, unreliableMs, exemptMs: ms('disconnected', rapid) + ms('central-away', rapid),
    reliablePercent: share(rapidWatchedMs - unreliableMs, rapidWatchedMs),
    faultedMs, disconnectedMs, outOfOrderMs, maintenanceMs, centralAwayMs,
  };
}

/** Rounded down to three digits behind the point: what misses a limit never looks as if it met it. */
function share(part: number, whole: number): number | null {
  return whole <= 0 ? null : Math.floor((part / whole) * 100_000) / 1_000;
}
