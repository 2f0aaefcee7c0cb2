// What a session has used and what that costs: its usage, folded over its stored meter values, and its newest reading
// on top. Live cost, provisional cost and ticket are the same fold and the same price.
import { invariant } from '../../shared/assert.ts';
import type { LiveMeter, MeterValueRow, Session } from './rows.ts';
import type { State } from './state.ts';
import { emit, type Step } from './step.ts';
import { rulesOf } from './tariffs.ts';
import type { TariffRules } from './tariff/rules.ts';
import { addSpan, type TariffUsage } from './tariff/usage.ts';
import { dueMinor } from './tariff/usage-price.ts';

export type Reading = Pick<MeterValueRow, 'registerWh' | 'powerW' | 'atMs' | 'kind'>;

/** Folds a reading in: `meterStartWh` is the register at which the session began. */
export function addReading(
  usage: TariffUsage, { registerWh, powerW, atMs, kind }: Reading,
  { meterStartWh, rules, timeZone }: { meterStartWh: number; rules: TariffRules; timeZone: string },
): TariffUsage {
  const energyWh = registerWh - meterStartWh - usage.energyWh;
  invariant(energyWh >= 0, 'a meter register never goes back in the fold');
  // The end of a charge says often what its last sample said: that is no new moment, at which a fee might begin.
  if (energyWh === 0 && atMs <= usage.lastMs && usage.startedMs !== null) return usage;
  // Nobody measured the power of an end whose point said no more: the mean of its energy over its time, then.
  const span = { kind, untilMs: atMs, energyWh, powerW: powerW > 0 ? powerW : null, currentMa: null };
  return addSpan(usage, span, rules, timeZone);
}

/** The register up to which a session is folded. */
export function foldedRegisterWh({ meterStartWh, usage }: Session): number {
  return (meterStartWh ?? 0) + (usage?.energyWh ?? 0);
}

/** The usage up to the newest reading, stored or not; null before the session charges. */
export function usageNow(state: State, session: Session): TariffUsage | null {
  const { usage } = session;
  const meter = state.meters.get(session.sessionId);
  if (usage === null || meter === undefined || meter.registerWh < foldedRegisterWh(session)) return usage;
  return withReading(state, session, usage, meter);
}

/** What the session would cost if it ended at its newest reading, with VAT. It may fall again: see decision 0024. */
export function provisionalCost(state: State, session: Session): number {
  const usage = usageNow(state, session);
  return usage === null ? 0 : dueMinor(usage, rulesOf(state, session));
}

/** Stores the session's newest reading and folds it in. The caller puts the row. */
export function storeReading(step: Step, session: Session, live: LiveMeter): Session {
  const { usage } = session;
  if (usage === null) return session;
  emit(step, {
    kind: 'append', table: 'meter_values',
    row: {
      sessionId: session.sessionId, sample: live.sample, registerWh: live.registerWh, powerW: live.powerW,
      socPercent: live.socPercent, atMs: live.atMs, rawAtMs: live.rawAtMs, receivedAtMs: live.receivedAtMs,
      kind: live.kind,
    },
  });
  return { ...session, usage: withReading(step.state, session, usage, live), lastStoredSample: live.sample };
}

export function withReading(state: State, session: Session, usage: TariffUsage, reading: Reading): TariffUsage {
  return addReading(usage, reading, {
    meterStartWh: session.meterStartWh ?? 0, rules: rulesOf(state, session), timeZone: session.timeZone,
  });
}
