// How a point begins a boot: at the start of its process, at Central's reset, and when its facts must be numbered anew.
// Pure. The first fact is `booted`; then come what broke off and what is still broken.
import type { FactPosition } from '../shared/fact-position.ts';
import type { Fact } from '../shared/messages/catalogue.ts';
import { charging, endSession } from './charging.ts';
import { reportAnew, reportBooted, reportCleared, reportFault, reportHeld } from './fact.ts';
import { type PointFault, pointTimeMs, type Salvage, type Step } from './point-state.ts';

/** Faults that are keys of the screen: they do not outlive the process that they were set in. */
const OF_THIS_RUN: readonly string[] = ['forced', 'power-loss'];

/**
 * The process has started: a new boot, then the true end of every charge that the boot before left open, at the last
 * reading that is on the disk (what flowed after it, less than a second, was never written and is never billed).
 */
export function bootProcess(step: Step, salvage: Salvage | null): void {
  const { kept } = step.point;
  const previous = salvage === null ? lastPosition(step) : salvage.previous;
  step.point.live.bootedUptimeMs = step.now.uptimeMs;
  beginBoot(step, previous);
  if (salvage !== null) {
    step.effects.unshift({ kind: 'replace-facts', keep: salvage.keep });
    renumber(step, salvage.facts);
  }
  for (const connector of charging(step.point)) {
    const endedAtMs = connector.session?.lastAtMs ?? pointTimeMs(step);
    endSession(step, connector, 'engine-restarted', { endedAtMs, chargedUptimeMs: null });
  }
  const gone = kept.faults.filter((fault) => OF_THIS_RUN.includes(fault.code));
  kept.faults = kept.faults.filter((fault) => !gone.includes(fault));
  repeatFaults(step, gone);
}

/** Central resets the point: `soft` has ended the charges before, `hard` cuts them and reports them after the boot. */
export function rebootPoint(step: Step): void {
  step.point.live.bootedUptimeMs = step.now.uptimeMs;
  beginBoot(step, lastPosition(step));
  for (const connector of charging(step.point)) endSession(step, connector, 'reset', { chargedUptimeMs: null });
  repeatFaults(step, []);
}

/**
 * Central knows less than what was deleted here, or the journal has lost a line: the unaccepted facts go on under a new
 * boot, so that Central's dense numbering holds again.
 */
export function rebase(step: Step, previous: FactPosition | null, facts: readonly Fact[]): void {
  step.effects.push({ kind: 'replace-facts', keep: 0 });
  step.point.kept.accepted = previous;
  beginBoot(step, previous);
  renumber(step, facts);
  // A Central that begins anew, or from an older copy, may not know what runs here.
  reportHeld(step);
}

function beginBoot(step: Step, previous: FactPosition | null): void {
  const { kept, live } = step.point;
  // A new journal begins at the current second, so a lost one never repeats the number of an old boot.
  kept.bootId = kept.bootId === 0 ? Math.max(1, Math.floor(step.now.atMs / 1_000)) : kept.bootId + 1;
  kept.seq = 0;
  live.requests = 0;
  reportBooted(step, previous);
}

function renumber(step: Step, facts: readonly Fact[]): void {
  // A `booted` among them told of a boot that is now part of this one.
  for (const fact of facts) if (fact.type !== 'booted') reportAnew(step, fact);
}

/** After `booted` Central takes the point as whole: what is still broken is said again, what is gone is said to be. */
function repeatFaults(step: Step, gone: readonly PointFault[]): void {
  for (const fault of gone) reportCleared(step, fault);
  for (const fault of step.point.kept.faults) reportFault(step, fault);
}

function lastPosition({ point: { kept } }: Step): FactPosition | null {
  return kept.bootId === 0 ? null : { bootId: kept.bootId, seq: kept.seq };
}
