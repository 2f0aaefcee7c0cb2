// Central's disk: SQLite in memory. Whenever Central dies the database falls back to its last commit: SQLite itself
// rolls back what was being written, what is left is taken as bytes, and the next start opens those bytes anew. A
// commit can die before it wrote anything, in its middle, or right after it, before anything has left; a full disk is
// SQLite's own "database or disk is full", in whichever statement it comes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sqlite, IN_MEMORY, openDatabase } from '../../shared/sqlite/database.ts';
import type { Input } from '../../ev-central/core/inputs.ts';
import { changesNothing, type Commit, openStore, type OutboxRow, type Store } from '../../ev-central/store/store.ts';
import type { Lock } from '../../shared/sqlite/lock.ts';
import { Failure } from '../../shared/failure.ts';
import type { State } from '../../ev-central/core/state.ts';
import type { Poison } from './poison.ts';
import { type Life, START_MS, type World } from './world.ts';

/** Where Central's next commit dies, if it does. */
export type CommitFate = 'well' | 'dies-before' | 'dies-within' | 'dies-after';

const UNBOUNDED_PAGES = 1_073_741_823;
const SPARE_PAGES = 3;

export type DiskWatch = {
  /** What is really written of a batch: all of it, unless the build is broken on purpose. */
  readonly alter: (batch: Commit) => Commit;
  /** A batch stands in the database; called before anybody else knows. */
  readonly written: (batch: Commit, rows: readonly OutboxRow[]) => void;
};

export class CentralDisk {
  /** The next commit's fate. */
  fate: CommitFate = 'well';
  /** It dies when it has noted that its offsets belong to another cluster, once. */
  diesAtNewCluster = false;
  readonly counts = { commits: 0, rolledBack: 0, fellBack: 0, diskWasFull: 0 };
  readonly #world: World;
  readonly #watch: DiskWatch;
  readonly #poison: Poison;
  #db: Sqlite | null = null;
  #bytes: Buffer | null = null;
  #store: Store | null = null;
  #isFull = false;
  /** The process that has the lock: from its start to its death there is no other. */
  #life: Life | null = null;
  /** A batch was handled in memory and not committed. */
  memoryIsAhead = false;

  constructor(world: World, watch: DiskWatch, poison: Poison) {
    this.#world = world;
    this.#watch = watch;
    this.#poison = poison;
    // The installation has the same name in every run: ids are part of the trace.
    const store = this.#open();
    this.#db?.prepare("UPDATE installation SET installation_id = 'simul'").run();
    this.#store = store;
  }

  /** The store of the last start. */
  get store(): Store {
    if (this.#store === null) throw new Error('Central has no store while it is dead');
    return this.#store;
  }

  /** The lock, when nobody has it. Who gets it starts in the same step. */
  acquire(): Lock | null {
    return this.#life === null ? { release: () => undefined } : null;
  }

  /** The store of a new start: on what was committed. */
  start(life: Life): Store {
    if (this.#life !== null) this.#world.fail('a second Central opened the database');
    this.#life = life;
    this.#store ??= this.#open();
    this.memoryIsAhead = false;
    this.#poison.begin();
    const store = this.#store;
    return {
      ...store,
      hydrate: (tables, input) => {
        store.hydrate(tables, input);
        this.#meetPoison(tables as State, input, life.clock.now());
      },
      commit: (batch) => this.#commit(life, store, batch),
      setClusterId: (id) => {
        store.setClusterId(id);
        if (!this.diesAtNewCluster) return;
        this.diesAtNewCluster = false;
        throw new DiedAfter('database-failed', 'the process died when it had noted another cluster');
      },
    };
  }

  /** Central's process is gone, and with it its lock. */
  died(): void {
    this.#life = null;
    if (this.#db === null) return;
    if (this.#db.inTransaction) this.#db.exec('ROLLBACK'); // nobody is there to commit it
    this.#bytes = this.#db.serialize();
    this.#db.close();
    this.#db = null;
    this.#store = null;
    this.counts.fellBack += 1;
  }

  setFull(isFull: boolean): void {
    this.#isFull = isFull;
    this.#bound();
  }

  close(): void {
    this.#db?.close();
    this.#db = null;
  }

  #open(): Store {
    const db = openDatabase(this.#bytes ?? IN_MEMORY);
    this.#db = db;
    this.#bound();
    const clock = { now: () => Math.floor(START_MS + this.#world.nowMs) };
    return openStore({ file: db, masterKeyFile: masterKeyFile(), clock, log: () => undefined });
  }

  #bound(): void {
    if (this.#db === null) return;
    const used = Number(this.#db.pragma('page_count', { simple: true }));
    const pages = used + this.#world.chance.whole(0, SPARE_PAGES);
    this.#db.pragma(`max_page_count = ${this.#isFull ? pages : UNBOUNDED_PAGES}`);
  }

  #meetPoison(state: State, input: Input, nowMs: number): void {
    try {
      this.#poison.meet(state, input, nowMs);
    } catch (error) {
      this.memoryIsAhead = true;
      throw error;
    }
  }

  #commit(life: Life, store: Store, batch: Commit): OutboxRow[] {
    if (life !== this.#life) this.#world.fail('a Central commits that has not the lock');
    try {
      return this.#commitOrDie(store, batch);
    } catch (error) {
      this.memoryIsAhead = !(error instanceof DiedAfter);
      throw error;
    }
  }

  #commitOrDie(store: Store, batch: Commit): OutboxRow[] {
    // Facts and requests are rare among the ticks: a death waits for a batch of records, mostly.
    const waits = this.fate !== 'well' && batch.offsets.length === 0 && this.#world.chance.is(0.7);
    const fate = waits ? 'well' : this.fate;
    // A batch is handled and committed in one step: what leaves in that step, before, says what is not written.
    if (this.#life?.sentAtStep === this.#world.steps) this.#world.fail('something left Central before its commit');
    const spoilt = this.#poison.errorInCommit();
    if (spoilt !== null) return this.#writeInPart(store, batch, spoilt);
    if (changesNothing(batch)) return store.commit(batch); // dying in it would show nothing
    if (!waits) this.fate = 'well';
    if (fate === 'dies-before') throw new Failure('database-failed', 'the process died before its commit');
    if (fate === 'dies-within') {
      return this.#writeInPart(store, batch, new Failure('database-failed', 'the process died in its commit'));
    }
    const rows = this.#write(store, batch);
    if (fate === 'dies-after') throw new DiedAfter('database-failed', 'the process died right after its commit');
    return rows;
  }

  #write(store: Store, batch: Commit): OutboxRow[] {
    try {
      const rows = store.commit(this.#watch.alter(batch));
      this.counts.commits += 1;
      this.#watch.written(batch, rows);
      return rows;
    } catch (error) {
      if (error instanceof Failure && error.code === 'disk-full') this.counts.diskWasFull += 1;
      throw error;
    }
  }

  /** Some statements of the transaction are carried out, then it breaks: none of them counts. */
  #writeInPart(store: Store, batch: Commit, error: Error): OutboxRow[] {
    const { chance } = this.#world;
    this.counts.rolledBack += 1;
    const lists = { appends: [...batch.appends], offsets: [...batch.offsets], outboxDone: [...batch.outboxDone] };
    const name = chance.of(['appends', 'offsets', 'outboxDone'] as const);
    breakOff(lists[name], chance.whole(0, lists[name].length), error);
    store.commit({ ...batch, ...lists });
    throw error; // there was nothing to write
  }
}

class DiedAfter extends Failure {}

/** A list that can be walked up to a place only. */
function breakOff(list: readonly unknown[], at: number, error: Error): void {
  Object.defineProperty(list, Symbol.iterator, {
    value: function* walk() {
      for (let index = 0; index < at; index += 1) yield list[index];
      throw error;
    },
  });
}

let keyFile: string | null = null;

/** One master key for all runs of this process, as a file: keys in the database are wrapped as they are shipped. */
function masterKeyFile(): string {
  if (keyFile !== null) return keyFile;
  const folder = mkdtempSync(join(tmpdir(), 'ev-simulation-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return keyFile = join(folder, 'master.key');
}
