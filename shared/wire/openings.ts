// How many links of one process open at once. A fleet that has lost its server comes back with all its links: opened in
// one turn of the event loop, they would take so long together that peers give up those that were first. So they open
// in the order in which they asked, some at once, and what comes after the opening (who am I?) belongs to it.
import { LIMITS } from '../limits.ts';

export type Openings = {
  /** Calls `begin` when it is the turn of `who`: at once when there is room. */
  ask(who: object, begin: () => void): void;
  /** `who` has opened, or does not want to any more; again, or by somebody who never asked: nothing. */
  leave(who: object): void;
};

export function createOpenings(atOnce: number = LIMITS.openingsAtOnce): Openings {
  const opening = new Set<object>();
  const waiting = new Map<object, () => void>();

  function ask(who: object, begin: () => void): void {
    if (opening.size >= atOnce) return void waiting.set(who, begin);
    opening.add(who);
    begin();
  }

  function leave(who: object): void {
    if (waiting.delete(who) || !opening.delete(who)) return;
    const [next] = waiting;
    if (next === undefined) return;
    waiting.delete(next[0]);
    ask(...next);
  }

  return { ask, leave };
}
