// The reports that are made of the figures: which of them each shows, under which names, with its rates.
import type { CauseRow, CountsRow, FigureAsk, MoneyRow } from './ask.ts';
import { type CauseSide, sideOf } from './causes.ts';

/** Of what anybody's charges come to. */
export const OWN_REPORTS = ['use', 'revenue', 'success', 'failures', 'queue'] as const;
export type OwnReport = (typeof OWN_REPORTS)[number];
/** These are of places, and of nobody. */
export const PLACE_REPORTS = ['uptime', 'utilisation', 'forecast'] as const;
export type PlaceReport = (typeof PLACE_REPORTS)[number];
export const REPORTS = [...OWN_REPORTS, ...PLACE_REPORTS] as const;
export type Report = (typeof REPORTS)[number];

export const KIND_OF_REPORT = {
  use: 'counts', revenue: 'money', success: 'counts', failures: 'causes', queue: 'counts',
} as const satisfies Record<OwnReport, FigureAsk['kind']>;

type Row = Readonly<Record<string, unknown>>;

/** Charges begun, energy delivered, and the time in which it flowed, or a vehicle only stood there. */
export function useRow({ sessions, energyWh, chargingMs, idleMs }: CountsRow): Row {
  return { sessions, energyWh, chargingMs, idleMs };
}

/** What tickets came to, less what was given back, and fees of plans: net, what the ledger's revenue accounts have. */
export function revenueRow(
  { currency, totalMinor, vatMinor, refundedMinor, refundedVatMinor, planFeesMinor, planFeesVatMinor }: MoneyRow,
): Row {
  return {
    currency, totalMinor, vatMinor, refundedMinor, refundedVatMinor, planFeesMinor, planFeesVatMinor,
    netMinor: totalMinor - vatMinor - (refundedMinor - refundedVatMinor) + (planFeesMinor - planFeesVatMinor),
  };
}

/** How many requests came to a charge, and of those that were no other try of one that had just failed. */
export function successRow({ attempts, charged, firstAttempts, firstCharged }: CountsRow): Row {
  return {
    attempts, charged, firstAttempts, firstCharged,
    chargedPercent: percent(charged, attempts), firstChargedPercent: percent(firstCharged, firstAttempts),
  };
}

/** Why requests came to no charge, with whose it is to mend. */
export function failureRows(rows: readonly CauseRow[]): (Row & { key: string; side: CauseSide })[] {
  const found = new Map<string, Row & { key: string; side: CauseSide; times: number; firstTimes: number }>();
  for (const { key, what, cause, times } of rows) {
    if (what === 'outage') continue;
    const name = `${key}\n${cause}`;
    const row = found.get(name) ?? { key, cause, side: sideOf(cause), times: 0, firstTimes: 0 };
    found.set(name, what === 'failure' ? { ...row, times } : { ...row, firstTimes: times });
  }
  return [...found.values()].filter(({ times }) => times > 0);
}

/** Waits in queues by when they began: how many came to a charge, and how long they took. */
export function queueRow({ waits, waitsServed, waitMs }: CountsRow): Row {
  return {
    waits, waitsServed, waitMs, meanWaitMs: waits === 0 ? null : Math.round(waitMs / waits),
    servedPercent: percent(waitsServed, waits),
  };
}

/** To two digits behind the point; null of nothing. */
export function percent(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 10_000) / 100;
}
