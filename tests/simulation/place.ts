// A place where a process runs, dies, is ended, and is started again.
import type { Cluster, SimulatedBus } from './cluster.ts';
import type { Sockets } from './sockets.ts';
import { type Host, Life, type World } from './world.ts';

/** A process that was asked to end has this long; then it is ended. */
const PATIENCE_MS = 4_000;

/** What all processes share. */
export type Ground = { readonly world: World; readonly cluster: Cluster; readonly sockets: Sockets };

/** A place where a process runs, dies, and is started again. `T` is what runs there. */
export class Place<T> {
  readonly name: string;
  readonly ground: Ground;
  readonly host: Host;
  life: Life | null = null;
  bus: SimulatedBus | null = null;
  running: T | null = null;
  starts = 0;
  isEnding = false;
  /** What was running when it died; called once it is dead. */
  onDeath: (running: T | null) => void = () => undefined;
  /** Somebody starts it while it runs. */
  onTaken: () => void = () => undefined;
  /** How it ends when it is asked to; without this it dies. */
  quit: (running: T) => Promise<void> | void = () => undefined;
  readonly #begin: (life: Life, place: Place<T>) => void;

  constructor(ground: Ground, name: string, host: Host, begin: (life: Life, place: Place<T>) => void) {
    this.ground = ground;
    this.name = name;
    this.host = host;
    this.#begin = begin;
  }

  start(): void {
    if (this.life !== null) return this.onTaken();
    this.starts += 1;
    const life = new Life(this.ground.world, this.name, this.host);
    this.life = life;
    life.log('info', 'start', {});
    this.#begin(life, this);
  }

  openBus(life: Life): SimulatedBus {
    this.bus = this.ground.cluster.open(life);
    return this.bus;
  }

  /** Dies at once; starts again after a time. */
  crash(restartMs: number): void {
    if (this.life === null) return;
    this.life.log('info', 'crash', {});
    this.#gone(this.life, restartMs);
  }

  /** Is asked to end, does so in its own way, and starts again after a time; null: when somebody starts it. */
  end(restartMs: number | null): void {
    const { life, running } = this;
    if (life === null || running === null || this.isEnding) return;
    this.isEnding = true;
    life.log('info', 'ends', {});
    const gone = (): void => this.#gone(life, restartMs);
    life.after(PATIENCE_MS, gone);
    Promise.resolve(this.quit(running)).then(gone, (error: unknown) => this.ground.world.fail(asError(error)));
  }

  #gone(life: Life, restartMs: number | null): void {
    if (this.life !== life) return;
    this.isEnding = false;
    life.die();
    this.life = null;
    this.bus = null;
    const { running } = this;
    this.running = null;
    this.onDeath(running);
    if (restartMs !== null) this.ground.world.after(restartMs, () => this.start());
  }
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
