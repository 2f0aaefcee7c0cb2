// A session as a list of periods: what an operator writes to ask what it would cost, and what an estimate assumes.
import type { TariffRules } from './rules.ts';
import type { SpanKind, TariffUsage } from './usage.ts';
import { addSpan, beginTariffUsage } from './usage.ts';

/** One thing after the other: whole ms, whole Wh. Power and current as measured; null when they are not known. */
export type Period = {
  readonly kind: SpanKind;
  readonly durationMs: number;
  readonly energyWh: number;
  readonly powerW: number | null;
  readonly currentMa: number | null;
};

export type PricedSession = {
  /** IANA name of the site's zone. */
  readonly timeZone: string;
  /** UTC ms at which the first period begins. */
  readonly startMs: number;
  readonly periods: readonly Period[];
};

/** The usage of a whole session. Reservations come first, without energy; throws `BugError` otherwise. */
export function usageOfPeriods({ timeZone, startMs, periods }: PricedSession, rules: TariffRules): TariffUsage {
  return periods.reduce((usage, { durationMs, ...span }) =>
    addSpan(usage, { ...span, untilMs: usage.lastMs + durationMs }, rules, timeZone), beginTariffUsage(startMs));
}
