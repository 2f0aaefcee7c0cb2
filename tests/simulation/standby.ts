// A second Central on the same database, as serve.ts has it: until the first is gone it waits for the lock and does
// nothing else; then it opens the store on the last commit, with a boot id of its own. So until then it is no more than
// a look at the lock, now and then.
import type { Central } from '../../ev-central/central.ts';
import type { Place } from './place.ts';

/** As shipped, in store/lock.ts. */
const LOOKS_EVERY_MS = 250;

export class Standby {
  readonly counts = { standbys: 0, takeOvers: 0 };
  readonly #central: Place<Central>;
  #waits = false;
  #frozenUntilMs = 0;

  constructor(central: Place<Central>) {
    this.#central = central;
    // Who is started again while another works waits like any second one.
    central.onTaken = () => this.wait();
    central.onFree = () => this.#takeOver();
  }

  /** Somebody starts a second Central. */
  wait(): void {
    if (this.#central.life === null) return this.#central.start();
    if (this.#waits) return;
    this.#waits = true;
    this.counts.standbys += 1;
    this.#central.ground.world.note('standby', 'waits');
  }

  /** It dies while it waits: nobody misses it. */
  die(): void {
    this.#waits = false;
  }

  freeze(forMs: number): void {
    this.#frozenUntilMs = this.#central.ground.world.nowMs + forMs;
  }

  #takeOver(): void {
    const { world } = this.#central.ground;
    if (!this.#waits) return;
    const asleepMs = Math.max(0, this.#frozenUntilMs - world.nowMs);
    world.after(asleepMs + world.chance.below(LOOKS_EVERY_MS), () => {
      if (!this.#waits || this.#central.life !== null) return;
      this.#waits = false;
      this.counts.takeOvers += 1;
      world.note('standby', 'takes over');
      this.#central.start();
    });
  }
}
