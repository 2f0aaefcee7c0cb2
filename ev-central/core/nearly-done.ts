// A charge is nearly done: services hear of it once, when a reading crosses the mark that the one before had not. What
// was asked for is energy, a state of charge, an amount of money, or several of them: the first that is near counts.
import { exactCost, mayHaveReached } from './cost-watch.ts';
import type { LiveMeter, Session } from './rows.ts';
import { withReading } from './session-cost.ts';
import type { State } from './state.ts';
import { event, type Step } from './step.ts';
import { rulesOf } from './tariffs.ts';
import { usedMinor } from './tariff/usage-price.ts';

/** Of the energy or the amount that was asked for. */
const SHARE = 0.9;
/** Before the state of charge that was asked for, or before a full battery. */
const SOC_BEFORE = 5;

/** `live` is the newest reading of the state, and not folded into the session yet. */
export function tellNearlyDone(step: Step, session: Session, before: LiveMeter, live: LiveMeter): void {
  const { state } = step;
  if (session.stopping !== null || isNear(session, before)) return;
  const costMinor = costNear(state, session, live);
  if (!isNear(session, live) && costMinor === null) return;
  // The amount alone may have been near before; what was told before a restart is not told again.
  if (wasCostNear(state, session, before)) return rememberNear(state, session);
  const { goal, siteId, corr, meterStartWh, currency } = session;
  // It stops now: that is what she hears.
  if (costMinor !== null && costMinor >= (goal.amountMinor ?? 0)) return;
  rememberNear(state, session);
  event(step, 'nearly-done', { siteId, corr, session }, {
    energyWh: live.registerWh - (meterStartWh ?? live.registerWh), socPercent: live.socPercent, goal,
    ...(costMinor === null ? {} : { costMinor, currency }),
  });
}

function isNear({ goal, meterStartWh }: Session, { registerWh, socPercent }: LiveMeter): boolean {
  if (socPercent !== null && socPercent >= (goal.socPercent ?? 100) - SOC_BEFORE) return true;
  return goal.energyWh !== null && registerWh - (meterStartWh ?? registerWh) >= goal.energyWh * SHARE;
}

/** What was used comes to at the newest reading, if that is near the amount; null: it is not, or there is none. */
function costNear(state: State, session: Session, { atMs, registerWh }: LiveMeter): number | null {
  const { goal: { amountMinor }, usage } = session;
  if (amountMinor === null || usage === null || isRemembered(state, session)) return null;
  const limitMinor = amountMinor * SHARE;
  // Sure to be far, mostly: no exact price is reckoned then.
  if (!mayHaveReached(state, session, usage, { atMs, registerWh, limitMinor })) return null;
  const cost = exactCost(state, session);
  return cost === null || cost.usedMinor < limitMinor ? null : cost.usedMinor;
}

/** Reckoned as often as it is nearly done: once, and once more after a restart. */
function wasCostNear(state: State, session: Session, before: LiveMeter): boolean {
  const { goal: { amountMinor }, usage } = session;
  if (amountMinor === null || usage === null) return false;
  if (isRemembered(state, session)) return true;
  const then = before.sample <= session.lastStoredSample ? usage : withReading(state, session, usage, before);
  return usedMinor(then, rulesOf(state, session)) >= amountMinor * SHARE;
}

function isRemembered({ costWatches }: State, { sessionId }: Session): boolean {
  return costWatches.get(sessionId)?.isNear === true;
}

function rememberNear({ costWatches }: State, { sessionId }: Session): void {
  const watch = costWatches.get(sessionId);
  if (watch !== undefined) watch.isNear = true;
}
