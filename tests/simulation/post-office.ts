// The mail server of a simulated network. It takes a letter after a while, or refuses it while there is trouble; the
// process may die while a letter is on its way, before it arrives or before Central hears that it did.
import type { Letter } from '../../ev-central/mail/letters.ts';
import { createChance, type Chance } from './chance.ts';
import type { Life, World } from './world.ts';

/** A letter that has arrived is answered within this time, and that is written within some more. */
const ANSWERED_MS = 30_000;

type Arrival = { readonly atMs: number; readonly life: Life };

export class PostOffice {
  /** Takes every letter that arrives. */
  readonly onArrival: ((letter: Letter) => void)[] = [];
  readonly counts = { letters: 0, lettersTwice: 0, lettersRefused: 0 };
  /** Refuses letters now and then. */
  isTroubled = true;
  readonly #world: World;
  readonly #chance: Chance;
  readonly #last = new Map<string, Arrival>();
  readonly #deaths = new Map<Life, number>();

  constructor(world: World, seed: number) {
    this.#world = world;
    this.#chance = createChance(seed + 30_000_001);
  }

  /** For a run of Central. */
  serve(life: Life): (letter: Letter) => Promise<void> {
    life.endings.push(() => void this.#deaths.set(life, this.#world.nowMs));
    return (letter) => this.#take(life, letter);
  }

  hasArrived(mailId: string): boolean {
    return this.#last.has(mailId);
  }

  async #take(life: Life, letter: Letter): Promise<void> {
    life.sends();
    await life.sleep(this.#chance.between(5, 3_000));
    if (this.isTroubled && this.#chance.is(0.25)) {
      this.counts.lettersRefused += 1;
      throw new Error('the letter was not taken (EENVELOPE, the server answered 451)');
    }
    this.#arrive(life, letter);
    await life.sleep(this.#chance.between(5, 2_000));
  }

  /** A letter comes twice only when the process died before it could know that it had come. */
  #arrive(life: Life, letter: Letter): void {
    const { nowMs } = this.#world;
    const before = this.#last.get(letter.mailId);
    this.#last.set(letter.mailId, { atMs: nowMs, life });
    this.#world.note('post', 'letter', { mailId: letter.mailId, what: letter.what, again: before !== undefined });
    this.counts.letters += 1;
    if (before !== undefined) {
      this.counts.lettersTwice += 1;
      const diedMs = this.#deaths.get(before.life) ?? Infinity;
      if (before.life === life || diedMs > before.atMs + ANSWERED_MS) {
        this.#world.fail(`letter ${letter.mailId} came again, and nothing had broken off while it was sent`);
      }
    }
    for (const take of this.onArrival) take(letter);
  }
}
