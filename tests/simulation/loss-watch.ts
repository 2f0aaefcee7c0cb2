// Whether each bad fact that was given up in its turn was passed over as decision 0014 has it: in the same commit, for
// all to see, with a flag at the charge that it names, which is broken off when it may have ended.
import type { State } from '../../ev-central/core/state.ts';
import type { Commit } from '../../ev-central/store/store.ts';
import type { PointId, SessionId } from '../../shared/ids.ts';
import type { LostFact, Poison } from './poison.ts';

type Place = { readonly bootId: number; readonly seq: number };

export class LossWatch {
  readonly #poison: Poison;
  #acceptedBefore: ReadonlyMap<PointId, Place | null> = new Map();
  #ranBefore: ReadonlySet<SessionId> = new Set();

  constructor(poison: Poison) {
    this.#poison = poison;
  }

  /** At a commit, with the letters that it writes. */
  look(batch: Commit): void {
    const state = batch.tables as State;
    for (const fact of this.#poison.takeGivenUp()) {
      if (isPassedOver(batch, fact)) {
        this.#poison.loses(fact);
        this.#lookAt(batch, state, fact);
      } else if (this.#wasNext(state, fact)) {
        throw new Error(`${placeOf(fact)} was given up, and its point waits for it`);
      }
    }
    this.#acceptedBefore = new Map([...state.pointStates.values()].map(({ pointId, accepted }) => [pointId, accepted]));
    this.#ranBefore = new Set([...state.sessionIndex.open()].filter((id) => runs(state, id)));
  }

  #lookAt({ appends }: Commit, state: State, fact: LostFact): void {
    const { sessionId, pointId, type } = fact;
    const session = sessionId === null ? undefined : state.sessions.get(sessionId);
    if (session === undefined || session.pointId !== pointId) return;
    if (!session.flags.includes('report-missing')) {
      throw new Error(`${placeOf(fact)} was passed over, and ${session.sessionId} bears no flag for it`);
    }
    if (type !== 'session-ended' || !this.#ranBefore.has(session.sessionId)) return;
    // A reading that came later in the same commit may have set it going again.
    const isBroken = appends.some(({ table, row }) =>
      table === 'notices' && row.type === 'ended' && row.sessionId === session.sessionId);
    if (!isBroken) throw new Error(`the end of ${session.sessionId} was passed over, and it goes on as if nothing was`);
  }

  /** One that comes out of its turn is no more than a letter: its point sends it again. */
  #wasNext({ pointStates }: State, { pointId, bootId, seq }: LostFact): boolean {
    const before = this.#acceptedBefore.get(pointId) ?? null;
    const isThere = (pointStates.get(pointId)?.accepted ?? null) !== null;
    return isThere && before?.bootId === bootId && before.seq + 1 === seq;
  }
}

function isPassedOver({ appends }: Commit, { pointId, bootId, seq }: LostFact): boolean {
  return appends.some((append) => {
    if (append.table !== 'audit' || append.row.action !== 'pass-over-facts' || append.row.who !== pointId) return false;
    const upTo = append.row.parameters['upTo'] as Place;
    return upTo.bootId === bootId && upTo.seq === seq;
  });
}

function runs({ sessions }: State, id: SessionId): boolean {
  const is = sessions.get(id)?.state;
  return is === 'charging' || is === 'suspended' || is === 'finishing';
}

function placeOf({ type, pointId, bootId, seq }: LostFact): string {
  return `${type} ${bootId}/${seq} of ${pointId}`;
}
