// Whether each point that returned with what Central held as ended, or did not know, was told to stop it. Looked at in
// the commit in which Central takes in what the point has said that it holds: by then a stop is on its way, or has been
// sent just now.
import { newestCommand } from '../../ev-central/core/commands.ts';
import type { Send } from '../../ev-central/core/effects.ts';
import type { State } from '../../ev-central/core/state.ts';
import { isBefore } from '../../shared/fact-position.ts';
import type { PointId, SessionId } from '../../shared/ids.ts';
import type { SessionsHeld } from '../../shared/messages/sessions-held.ts';
import type { LostFact } from './poison.ts';

/** Central repeats no stop within this time. */
const JUST_NOW_MS = 10_000;

export class StrayWatch {
  /** By point, what Central has not taken in. */
  readonly #said = new Map<PointId, SessionsHeld[]>();
  readonly #stopsMs = new Map<string, number>();
  #openBefore: ReadonlySet<SessionId> = new Set();
  /** How many strays were seen. */
  count = 0;

  says(fact: SessionsHeld): void {
    this.#said.set(fact.pointId, [...this.#said.get(fact.pointId) ?? [], fact]);
  }

  sent({ topic, to, message }: Send, nowMs: number): void {
    if (topic === 'commands' && message.type === 'stop') this.#stopsMs.set(`${to} ${message.sessionId}`, nowMs);
  }

  /**
   * After a commit, and after `sent` of all that it sends. `nowMs`: the world's time, which no clock jump moves;
   * `lostFacts`: were passed over because nobody could take them, so Central knows nothing of what they said.
   */
  look(state: State, nowMs: number, lostFacts: readonly LostFact[]): void {
    const isLost = (fact: SessionsHeld): boolean => lostFacts.some((lost) => (
      lost.pointId === fact.pointId && lost.bootId === fact.bootId && lost.seq === fact.seq));
    for (const [pointId, facts] of this.#said) {
      const accepted = state.pointStates.get(pointId)?.accepted ?? null;
      if (accepted === null || facts.length === 0) continue;
      const isPast = (fact: SessionsHeld): boolean => !isBefore(accepted, fact);
      this.#said.set(pointId, facts.filter((fact) => !isPast(fact)));
      if (state.points.get(pointId) === undefined) continue;
      // Those of an older boot may have been numbered anew: then they come again.
      for (const fact of facts) {
        if (isPast(fact) && fact.bootId === accepted.bootId && !isLost(fact)) this.#lookAt(state, fact, nowMs);
      }
    }
    this.#openBefore = new Set(state.sessionIndex.open());
  }

  /** What was open before the commit may have ended in it, after the point had said that it holds it. */
  #lookAt(state: State, { pointId, sessionIds }: SessionsHeld, nowMs: number): void {
    for (const id of sessionIds) {
      if (this.#openBefore.has(id) || state.sessionIndex.open().has(id)) continue;
      this.count += 1;
      const stop = newestCommand(state, pointId, { type: 'stop', sessionId: id });
      // The answer to one that was on its way can be in the same commit, behind what the point has said.
      const isOnItsWay = stop !== undefined && stop.outcome !== 'timed-out';
      const sentMs = this.#stopsMs.get(`${pointId} ${id}`) ?? -Infinity;
      if (isOnItsWay || nowMs - sentMs <= JUST_NOW_MS) continue;
      throw new Error(`${pointId} holds ${id}, which is over, and is not told to stop it`);
    }
  }
}
