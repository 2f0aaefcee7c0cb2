// A charge is nearly done: services hear of it once, when a reading crosses the mark that the one before had not.
import type { LiveMeter, Session } from './rows.ts';
import { event, type Step } from './step.ts';

/** Of the energy that was asked for. */
const ENERGY_SHARE = 0.9;
/** Before the state of charge that was asked for, or before a full battery. */
const SOC_BEFORE = 5;

export function tellNearlyDone(step: Step, session: Session, before: LiveMeter, live: LiveMeter): void {
  if (session.stopping !== null || isNear(session, before) || !isNear(session, live)) return;
  const { goal, siteId, corr, meterStartWh } = session;
  event(step, 'nearly-done', { siteId, corr, session }, {
    energyWh: live.registerWh - (meterStartWh ?? live.registerWh), socPercent: live.socPercent, goal,
  });
}

function isNear({ goal, meterStartWh }: Session, { registerWh, socPercent }: LiveMeter): boolean {
  if (socPercent !== null && socPercent >= (goal.socPercent ?? 100) - SOC_BEFORE) return true;
  return goal.energyWh !== null && registerWh - (meterStartWh ?? registerWh) >= goal.energyWh * ENERGY_SHARE;
}
