// Records that cannot be handled: the core throws when it has changed half of memory, or the commit breaks on what it
// writes. Central dies, is started again, and after some such deaths the intake makes a dead letter of the record. What
// is bad is bad until then; some only now and then.
import { handle } from '../../ev-central/core/handle.ts';
import type { Input } from '../../ev-central/core/inputs.ts';
import type { State } from '../../ev-central/core/state.ts';
import { isBefore } from '../../shared/fact-position.ts';
import type { DeadLetter } from '../../shared/messages/dead-letter.ts';
import type { World } from './world.ts';

/** A fault of Central's own, not of its environment: such count for the records that were being handled. */
export class PoisonError extends Error {}

type Topic = 'fact' | 'request' | 'meter';
type Fault = { readonly topic: Topic; readonly where: 'core' | 'commit'; readonly share: number };
/** What of a fact that was given up is known. */
export type LostFact = { readonly pointId: string; readonly type: string; readonly sessionId: string | null };

export class Poison {
  /** Facts that became dead letters. */
  readonly lostFacts: LostFact[] = [];
  readonly counts = { poisonDeaths: 0, poisonLetters: 0, factsLost: 0 };
  readonly #world: World;
  /** What the next record of some topic will be. */
  #next: Fault | null = null;
  /** By message id. */
  readonly #bad = new Map<string, Fault & { readonly fact: LostFact | null }>();
  /** In the batch that is being handled. */
  #spoilsCommit: string | null = null;

  constructor(world: World) {
    this.#world = world;
  }

  /** The next record of a topic that Central takes is bad. */
  spoilNext(): void {
    const { chance } = this.#world;
    this.#next = {
      topic: chance.of(['fact', 'fact', 'request', 'meter']), where: chance.of(['core', 'commit']),
      share: chance.of([1, 1, 0.5]),
    };
  }

  stop(): void {
    this.#next = null;
  }

  /** Nothing was handled yet. */
  begin(): void {
    this.#spoilsCommit = null;
  }

  /** Central is about to handle this. */
  meet(state: State, input: Input, nowMs: number): void {
    const record = recordOf(input);
    if (record === null || isKnown(state, input)) return;
    if (this.#next?.topic === record.topic && !this.#bad.has(record.id)) {
      this.#bad.set(record.id, { ...this.#next, fact: record.fact });
      this.#next = null;
    }
    const fault = this.#bad.get(record.id);
    if (fault === undefined || !this.#world.chance.is(fault.share)) return;
    this.#world.note('poison', `in the ${fault.where}`, { id: record.id, topic: record.topic, ...record.fact });
    if (fault.where === 'commit') {
      this.#spoilsCommit = record.id;
      return;
    }
    handle(state, input, nowMs); // what it changed in memory must not be seen again
    this.#throw(record.id);
  }

  /** What breaks the commit of the batch that was handled; null: nothing. */
  errorInCommit(): PoisonError | null {
    const id = this.#spoilsCommit;
    this.#spoilsCommit = null;
    if (id === null) return null;
    this.counts.poisonDeaths += 1;
    return new PoisonError(`${id} cannot be written`);
  }

  /** Was it given up for a good reason? From then on it is bad no more: nobody applies it. */
  isGivenUp({ reason, headers }: DeadLetter): boolean {
    const id = headers['mid'] ?? '';
    const fault = this.#bad.get(id);
    if (fault === undefined || reason !== 'impossible') return false;
    this.#bad.delete(id);
    this.counts.poisonLetters += 1;
    if (fault.fact !== null) {
      this.counts.factsLost += 1;
      this.lostFacts.push(fault.fact);
    }
    return true;
  }

  #throw(id: string): never {
    this.counts.poisonDeaths += 1;
    throw new PoisonError(`${id} cannot be handled`);
  }
}

/** A fact that was taken or passed over before: it is recognised, and nobody looks into it. */
function isKnown({ pointStates }: State, input: Input): boolean {
  if (input.kind !== 'fact') return false;
  const accepted = pointStates.get(input.fact.pointId)?.accepted ?? null;
  return accepted !== null && !isBefore(accepted, input.fact);
}

function recordOf(input: Input): { topic: Topic; id: string; fact: LostFact | null } | null {
  switch (input.kind) {
    case 'fact': {
      const { fact } = input;
      const sessionId = 'sessionId' in fact ? fact.sessionId : null;
      return { topic: 'fact', id: fact.id, fact: { pointId: fact.pointId, type: fact.type, sessionId } };
    }
    case 'request': return { topic: 'request', id: input.request.id, fact: null };
    case 'meter': return { topic: 'meter', id: input.sample.id, fact: null };
    default: return null;
  }
}
