// Lock-out of guessing, per user, per address and, for PINs, per point. A lock holds for a time and is released by
// itself, or by an operator.
import type { Lockout } from './rows.ts';
import type { Settings } from './settings.ts';
import type { State } from './state.ts';
import type { Step } from './step.ts';

/** Above so many rows those that are over are removed. */
const KEPT_ROWS = 1_000;

/** Until when one of these is locked out; undefined when none is. */
export function lockedUntil(step: Step, whos: readonly string[]): number | undefined {
  for (const who of whos) {
    const until = step.state.lockouts.get(who)?.lockedUntilMs ?? null;
    if (until !== null && until > step.now) return until;
  }
  return undefined;
}

/** Counts a wrong guess. Returns those that it locked out. */
export function countFailure(step: Step, whos: readonly string[]): string[] {
  return whos.filter((who) => {
    const { settings } = step.state;
    const row = step.state.lockouts.get(who);
    const fresh = row === undefined || step.now - row.firstAtMs > settings.lockoutWindowMs
      || (row.lockedUntilMs !== null && row.lockedUntilMs <= step.now);
    const failures = fresh ? 1 : row.failures + 1;
    const locked = failures >= limitOf(who, settings);
    const next: Lockout = {
      who, failures, firstAtMs: fresh ? step.now : row.firstAtMs,
      lockedUntilMs: locked ? step.now + settings.lockoutMs : null,
    };
    step.state.lockouts.put(next);
    forgetOld(step);
    return locked;
  });
}

/**
 * After a start: a clock that was set back while nobody ran prolongs no lock-out. One that was set forward ends it;
 * that cannot be known.
 */
export function boundLockouts({ lockouts, settings }: Pick<State, 'lockouts' | 'settings'>, now: number): void {
  for (const row of [...lockouts.values()]) {
    const mostMs = now + settings.lockoutMs;
    if (row.firstAtMs <= now && (row.lockedUntilMs ?? 0) <= mostMs) continue;
    const lockedUntilMs = row.lockedUntilMs === null ? null : Math.min(row.lockedUntilMs, mostMs);
    lockouts.put({ ...row, firstAtMs: Math.min(row.firstAtMs, now), lockedUntilMs });
  }
}

/** Whoever guesses invents names, too: what says nothing any more goes, so that the table stays small. */
function forgetOld({ state: { lockouts, settings }, now }: Step): void {
  if (lockouts.size <= KEPT_ROWS) return;
  for (const row of [...lockouts.values()]) {
    const counts = now - row.firstAtMs <= settings.lockoutWindowMs;
    if (!counts && (row.lockedUntilMs ?? 0) <= now) lockouts.remove(row.who);
  }
}

function limitOf(who: string, settings: Settings): number {
  if (who.startsWith('addr:') || who.startsWith('letters:')) return settings.lockoutFailuresAddress;
  return who.startsWith('pinat:') ? settings.lockoutFailuresPoint : settings.lockoutFailuresUser;
}

/** A right password clears the user's count; the address or the point keeps its own. */
export function clearFailures(step: Step, who: string): void {
  step.state.lockouts.remove(who);
}
