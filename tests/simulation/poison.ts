// Records that cannot be handled: the core throws when it has changed half of memory, or the commit breaks on what it
// writes. Central dies, is started again, and after some such deaths the intake makes a dead letter of the record. What
// is bad is bad until then; some only now and then.
import { handle } from '../../ev-central/core/handle.ts';
import type { Input } from '../../ev-central/core/inputs.ts';
import type { State } from '../../ev-central/core/state.ts';
import { isBefore } from '../../shared/fact-position.ts';
import type { SessionId } from '../../shared/ids.ts';
import type { Fact } from '../../shared/messages/catalogue.ts';
import type { DeadLetter } from '../../shared/messages/dead-letter.ts';
import type { World } from './world.ts';

/** A fault of Central's own, not of its environment: such count for the records that were being handled. */
export class PoisonError extends Error {}

type Topic = 'fact' | 'request' | 'meter';
/** What is waited for: a session's start and its end are few among the facts, and much hangs on them. */
type Prey = 'session-started' | 'session-ended' | Topic;
const PREY: readonly Prey[] = ['session-started', 'session-ended', 'session-ended', 'fact', 'request', 'meter'];
type Fault = { readonly where: 'core' | 'commit'; readonly share: number };
/** What of a fact that was given up is known. */
export type LostFact = Pick<Fact, 'pointId' | 'bootId' | 'seq' | 'type'> & {
  readonly sessionId: SessionId | null;
  /** Of the report of an end: what was delivered; else 0. */
  readonly energyWh: number;
};

type PoisonedRecord = { readonly topic: Topic; readonly id: string; readonly fact: LostFact | null };

export class Poison {
  /** Facts that were passed over. */
  readonly lostFacts: LostFact[] = [];
  readonly #world: World;
  readonly #counts = new Map([['poisonDeaths', 0], ['poisonLetters', 0]]);
  /** What the next record of some kind will be. */
  readonly #next = new Map<Prey, Fault>();
  /** By message id. */
  readonly #bad = new Map<string, Fault & { readonly fact: LostFact | null }>();
  /** Facts that became dead letters in this commit. */
  #givenUp: LostFact[] = [];
  /** In the batch that is being handled. */
  #spoilsCommit: string | null = null;

  constructor(world: World) {
    this.#world = world;
  }

  /** How often what happened; of the facts that were lost, each kind. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** The next record of some kind that Central takes is bad, whenever that comes. */
  spoilNext(): void {
    const { chance } = this.#world;
    this.#next.set(chance.of(PREY), { where: chance.of(['core', 'commit']), share: chance.of([1, 1, 0.5]) });
  }

  stop(): void {
    this.#next.clear();
  }

  /** Nothing was handled yet. */
  begin(): void {
    this.#spoilsCommit = null;
  }

  /** Central is about to handle this. */
  meet(state: State, input: Input, nowMs: number): void {
    const record = recordOf(input);
    if (record === null || isKnown(state, input)) return;
    const fault = this.#bad.get(record.id) ?? this.#spoil(record);
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
    this.#count('poisonDeaths');
    return new PoisonError(`${id} cannot be written`);
  }

  /** Was it given up for a good reason? From then on it is bad no more: nobody applies it. */
  isGivenUp({ reason, headers }: DeadLetter): boolean {
    const id = headers['mid'] ?? '';
    const fault = this.#bad.get(id);
    if (fault === undefined || reason !== 'impossible') return false;
    this.#bad.delete(id);
    this.#count('poisonLetters');
    if (fault.fact !== null) this.#givenUp.push(fault.fact);
    return true;
  }

  /** The facts among the dead letters of this commit. */
  takeGivenUp(): LostFact[] {
    const given = this.#givenUp;
    this.#givenUp = [];
    return given;
  }

  /** Its point sends it no more. */
  loses(fact: LostFact): void {
    this.#count(`lost:${fact.type}`);
    this.lostFacts.push(fact);
  }

  #spoil({ id, topic, fact }: PoisonedRecord): (Fault & { readonly fact: LostFact | null }) | undefined {
    const prey = [...this.#next.keys()].find((one) => one === topic || one === fact?.type);
    const fault = prey === undefined ? undefined : this.#next.get(prey);
    if (prey === undefined || fault === undefined) return undefined;
    this.#next.delete(prey);
    const bad = { ...fault, fact };
    this.#bad.set(id, bad);
    return bad;
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  #throw(id: string): never {
    this.#count('poisonDeaths');
    throw new PoisonError(`${id} cannot be handled`);
  }
}

/** A fact that was taken or passed over before: it is recognised, and nobody looks into it. */
function isKnown({ pointStates }: State, input: Input): boolean {
  if (input.kind !== 'fact') return false;
  const accepted = pointStates.get(input.fact.pointId)?.accepted ?? null;
  return accepted !== null && !isBefore(accepted, input.fact);
}

function recordOf(input: Input): PoisonedRecord | null {
  switch (input.kind) {
    case 'fact': {
      const { fact } = input;
      const { pointId, bootId, seq, type } = fact;
      const sessionId = 'sessionId' in fact ? fact.sessionId : null;
      const energyWh = fact.type === 'session-ended' ? fact.meterStopWh - fact.meterStartWh : 0;
      return { topic: 'fact', id: fact.id, fact: { pointId, bootId, seq, type, sessionId, energyWh } };
    }
    case 'request': return { topic: 'request', id: input.request.id, fact: null };
    case 'meter': return { topic: 'meter', id: input.sample.id, fact: null };
    default: return null;
  }
}
