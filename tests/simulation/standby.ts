// A second Central on the same database: until the first is gone it waits for the lock, as it is shipped, and does
// nothing else; then it opens the store on the last commit, with a boot id of its own. It can stop for seconds, and
// die.
import type { Central } from '../../ev-central/central.ts';
import { waitForLock } from '../../shared/sqlite/lock.ts';
import type { CentralDisk } from './central-disk.ts';
import { asError, type Place } from './place.ts';

export class Standby {
  readonly counts = { standbys: 0, takeOvers: 0 };
  readonly #central: Place<Central>;
  readonly #disk: CentralDisk;
  /** Of the one that waits; null: none does. */
  #ending: AbortController | null = null;
  #frozenUntilMs = 0;

  constructor(central: Place<Central>, disk: CentralDisk) {
    this.#central = central;
    this.#disk = disk;
    // Who is started again while another works waits like any second one.
    central.onTaken = () => this.wait();
  }

  /** Somebody starts a second Central. */
  wait(): void {
    if (this.#central.life === null) return this.#central.start();
    if (this.#ending !== null) return;
    const { world } = this.#central.ground;
    const ending = new AbortController();
    this.#ending = ending;
    const onWait = (): void => {
      this.counts.standbys += 1;
      world.note('standby', 'waits');
    };
    waitForLock({
      acquire: () => this.#disk.acquire(), pause: (ms) => this.#pause(ms), signal: ending.signal, onWait,
    }).then((lock) => {
      if (lock !== null && !ending.signal.aborted) this.#takeOver();
    }).catch((error: unknown) => world.fail(asError(error)));
  }

  /** It dies while it waits: nobody misses it. */
  die(): void {
    this.#ending?.abort();
    this.#ending = null;
  }

  freeze(forMs: number): void {
    this.#frozenUntilMs = this.#central.ground.world.nowMs + forMs;
  }

  #takeOver(): void {
    const { world } = this.#central.ground;
    this.#ending = null;
    if (this.#central.life !== null) return world.fail('a standby begins to work before the first one is gone');
    this.counts.takeOvers += 1;
    world.note('standby', 'takes over');
    this.#central.start();
  }

  /** Who is stopped wakes when it goes on. */
  #pause(ms: number): Promise<void> {
    const { world } = this.#central.ground;
    return new Promise((resolve) => {
      const wake = (): void => {
        if (this.#frozenUntilMs > world.nowMs) world.after(this.#frozenUntilMs - world.nowMs, wake);
        else resolve();
      };
      world.after(ms, wake);
    });
  }
}
