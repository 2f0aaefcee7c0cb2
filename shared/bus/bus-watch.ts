// The state of the bus as a process knows it: listeners are told each change, and whoever needs the bus waits for it.
import type { BusState } from './port.ts';

export class BusWatch {
  readonly #listeners = new Set<(state: BusState) => void>();
  #state: BusState;
  #closed = false;

  constructor(state: BusState) {
    this.#state = state;
  }

  get state(): BusState {
    return this.#state;
  }

  get closed(): boolean {
    return this.#closed;
  }

  onState(listener: (state: BusState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when the bus is up or this is closed. */
  whenUp(): Promise<void> {
    if (this.#state === 'up' || this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      const end = this.onState(() => {
        if (this.#state === 'down' && !this.#closed) return;
        end();
        resolve();
      });
    });
  }

  set(state: BusState): void {
    if (this.#closed || state === this.#state) return;
    this.#state = state;
    this.#tell();
  }

  /** The state stays as it is; who waits for the bus waits no longer, and nobody is told anything any more. */
  close(): void {
    this.#closed = true;
    this.#tell();
    this.#listeners.clear();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener(this.#state);
  }
}
