// What a charge would cost, before it: one that begins now at a steady power, and stands plugged in for a while after.
import { usageOfPeriods } from './period.ts';
import type { TariffRules } from './rules.ts';
import { type Bill, billOf } from './ticket-lines.ts';
import { priceOfUsage } from './usage-price.ts';

/** What an estimate assumes; it is said together with the amount. */
export type Assumptions = {
  readonly startMs: number;
  readonly timeZone: string;
  readonly energyWh: number;
  readonly powerW: number;
  /** From the first to the last Wh at that power. */
  readonly chargingMs: number;
  /** Plugged in without charging, afterwards. */
  readonly parkingMs: number;
};
export type Estimate = { readonly assumptions: Assumptions; readonly bill: Bill };

const HOUR_MS = 3_600_000;

/** `powerW` is above 0. */
export function estimate(
  rules: TariffRules, given: Omit<Assumptions, 'chargingMs'>,
): Estimate {
  const { startMs, timeZone, energyWh, powerW, parkingMs } = given;
  const chargingMs = Math.ceil(energyWh * HOUR_MS / powerW);
  const usage = usageOfPeriods({ startMs, timeZone, periods: [
    { kind: 'charging', durationMs: chargingMs, energyWh, powerW, currentMa: null },
    ...(parkingMs === 0 ? [] : [
      { kind: 'parking', durationMs: parkingMs, energyWh: 0, powerW: null, currentMa: null } as const,
    ]),
  ] }, rules);
  return { assumptions: { ...given, chargingMs }, bill: billOf(priceOfUsage(usage, rules), rules) };
}
