// Utilisation: in which share of the time in which connectors were part of the network a vehicle charged, or stood
// there. Pure. The rates are those of the EV Charging Use Data Specification (Atlas Public Policy, Reporting Metrics):
//   station utilisation = time charging, occupied = time occupied, idle = time occupied but not charging,
//   each divided by the time in which the connectors were there.
import { percent } from './reports.ts';

export type Span = { readonly fromMs: number; readonly untilMs: number };

export type UtilisationRow = {
  /** Of all connectors together. */
  readonly connectorMs: number;
  readonly chargingMs: number; readonly idleMs: number; readonly occupiedMs: number;
  readonly utilisationPercent: number | null; readonly occupiedPercent: number | null;
  readonly idlePercent: number | null;
};

/** Points and Central have clocks of their own; what is beyond that is use from before the connectors were watched. */
const CLOCKS_DIFFER = 1.01;

export function utilisationOf(
  { connectorMs, chargingMs, idleMs }: { connectorMs: number; chargingMs: number; idleMs: number },
): UtilisationRow {
  const occupiedMs = chargingMs + idleMs;
  const isKnown = occupiedMs <= connectorMs * CLOCKS_DIFFER;
  const share = (part: number): number | null => (isKnown ? percent(Math.min(part, connectorMs), connectorMs) : null);
  return {
    connectorMs, chargingMs, idleMs, occupiedMs, utilisationPercent: share(chargingMs),
    occupiedPercent: share(occupiedMs), idlePercent: share(idleMs),
  };
}

/** When a connector was part of the network: since it is watched, but for the spans in which it was removed. */
export function thereSpans(watched: Span, removed: readonly Span[]): Span[] {
  const there: Span[] = [];
  let fromMs = watched.fromMs;
  for (const gap of [...removed].sort((a, b) => a.fromMs - b.fromMs)) {
    if (gap.fromMs > fromMs) there.push({ fromMs, untilMs: Math.min(gap.fromMs, watched.untilMs) });
    fromMs = Math.max(fromMs, gap.untilMs);
  }
  if (fromMs < watched.untilMs) there.push({ fromMs, untilMs: watched.untilMs });
  return there;
}

/** How long all of `there` were together within each bucket. Buckets are in order and do not overlap. */
export function msWithin(there: readonly Span[], buckets: readonly Span[]): number[] {
  const baseMs = buckets[0]?.fromMs ?? 0;
  const begun = running(there.map(({ fromMs }) => Math.max(0, fromMs - baseMs)));
  const ended = running(there.map(({ untilMs }) => Math.max(0, untilMs - baseMs)));
  const until = (ms: number): number => begun(ms - baseMs) - ended(ms - baseMs);
  return buckets.map(({ fromMs, untilMs }) => {
    const before = until(fromMs);
    return until(untilMs) - before;
  });
}

/** The time that has passed since all of these moments together; asked for in growing order. */
function running(moments: number[]): (atMs: number) => number {
  const sorted = Float64Array.from(moments).sort();
  let [next, sum] = [0, 0];
  return (atMs) => {
    for (; next < sorted.length && (sorted[next] ?? 0) <= atMs; next++) sum += sorted[next] ?? 0;
    return next * atMs - sum;
  };
}
