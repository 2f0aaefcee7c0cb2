// The cheap look at the cost of a charge, made for each of its readings: an exact price is reckoned only when the cost
// may be near a limit since the last time. Kept in memory, made anew when it is not there.
import type { Session } from './rows.ts';
import type { CostWatch, State } from './state.ts';
import { usageNow } from './session-cost.ts';
import { type Basis, rulesOf } from './tariffs.ts';
import { nextBorder } from './tariff/border.ts';
import { addSpan, beginTariffUsage, type TariffUsage } from './tariff/usage.ts';
import { dueMinor, usedMinor } from './tariff/usage-price.ts';

export function watchOf(state: State, session: Session, usage: TariffUsage): CostWatch {
  const known = state.costWatches.get(session.sessionId);
  if (known !== undefined) return known;
  const rules = rulesOf(state, session);
  const made: CostWatch = {
    border: nextBorder(usage, rules, session.timeZone), leastMinor: leastMinor(state, session), atMs: 0, registerWh: 0,
    highestMinor: Infinity, isNear: false,
  };
  state.costWatches.set(session.sessionId, made);
  return made;
}

/** After a reading was stored: the border that comes next. */
export function moveBorder(state: State, session: Session): void {
  const watch = state.costWatches.get(session.sessionId);
  if (watch === undefined || session.usage === null) return;
  watch.border = nextBorder(session.usage, rulesOf(state, session), session.timeZone);
}

/** May the cost have come to a limit by this reading? False is sure. */
export function mayHaveReached(
  state: State, session: Session, usage: TariffUsage,
  { atMs, registerWh, limitMinor }: { atMs: number; registerWh: number; limitMinor: number },
): boolean {
  const watch = watchOf(state, session, usage);
  const { perWh, perMs } = rulesOf(state, session).ceiling;
  return watch.highestMinor + (registerWh - watch.registerWh) * perWh + Math.max(0, atMs - watch.atMs) * perMs
    >= limitMinor;
}

export type ExactCost = {
  /** What would be billed if the session ended now; it may fall again. */
  readonly dueMinor: number;
  /** What was used comes to: never falls. */
  readonly usedMinor: number;
  readonly leastMinor: number;
};

/** Reckons the exact cost at the newest reading, and remembers it. */
export function exactCost(state: State, session: Session): ExactCost | null {
  const usage = usageNow(state, session);
  if (usage === null) return null;
  const rules = rulesOf(state, session);
  const { ceiling } = rules;
  const due = dueMinor(usage, rules);
  const watch = watchOf(state, session, usage);
  watch.atMs = usage.lastMs;
  watch.registerWh = (session.meterStartWh ?? 0) + usage.energyWh;
  watch.highestMinor = Math.max(due, ceiling.least) + ceiling.steps + (usage.flatPaid ? 0 : ceiling.flat)
    + ceiling.rounding;
  const isPlain = ceiling.steps === 0 && rules.minPrice === null;
  return { dueMinor: due, usedMinor: isPlain ? due : usedMinor(usage, rules), leastMinor: watch.leastMinor };
}

/** What a charge costs that ends as it begins. */
function leastMinor(state: State, session: Session): number {
  return leastCost(state, session, session.startedAtMs ?? 0);
}

/** What a charge that begins at a time costs at the least, with VAT. */
export function leastCost(
  state: State, { timeZone, ...basis }: Basis & Pick<Session, 'timeZone'>, atMs: number,
): number {
  const rules = rulesOf(state, basis);
  const nothing = { kind: 'charging', untilMs: atMs, energyWh: 0, powerW: null, currentMa: null } as const;
  return dueMinor(addSpan(beginTariffUsage(atMs), nothing, rules, timeZone), rules);
}

