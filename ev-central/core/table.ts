// The rows of one kind, in memory, with what has changed since the last commit. Memory is a cache of the database: the
// store loads it at start, and writes the changes of each batch in the batch's own transaction.
import { invariant } from '../../shared/assert.ts';

export type Changes<K, R> = { readonly put: readonly R[]; readonly removed: readonly K[] };

/** Rows are values: a change puts a new row, it never alters the old one. */
export class Table<K extends string, R> {
  readonly #rows = new Map<K, R>();
  readonly #changed = new Set<K>();
  readonly #keyOf: (row: R) => K;
  /** Null when a row has come or gone since they were sorted. */
  #sortedKeys: readonly K[] | null = null;

  constructor(keyOf: (row: R) => K) {
    this.#keyOf = keyOf;
  }

  get size(): number {
    return this.#rows.size;
  }

  get(key: K): R | undefined {
    return this.#rows.get(key);
  }

  /** The row, which must be there; a missing one is a bug. */
  must(key: K): R {
    const row = this.#rows.get(key);
    invariant(row !== undefined, `no row ${key}`);
    return row;
  }

  values(): IterableIterator<R> {
    return this.#rows.values();
  }

  /** The keys in order; sorted again only after a row has come or gone. */
  sortedKeys(): readonly K[] {
    this.#sortedKeys ??= [...this.#rows.keys()].sort();
    return this.#sortedKeys;
  }

  put(row: R): void {
    const key = this.#keyOf(row);
    this.#set(key, row);
    this.#changed.add(key);
  }

  remove(key: K): void {
    if (this.#delete(key)) this.#changed.add(key);
  }

  /** Takes a row in that the database already holds. */
  load(row: R): void {
    const key = this.#keyOf(row);
    // One that this batch has changed or removed is newer than what the database holds.
    if (!this.#changed.has(key)) this.#set(key, row);
  }

  /** Forgets a row without removing it from the database; a row with a change that is not yet written stays. */
  evict(key: K): void {
    if (!this.#changed.has(key)) this.#delete(key);
  }

  /** Is there anything for the next commit? */
  get isChanged(): boolean {
    return this.#changed.size > 0;
  }

  /** What changed since the last call: the commit writes exactly this. */
  takeChanges(): Changes<K, R> {
    const put: R[] = [];
    const removed: K[] = [];
    for (const key of this.#changed) {
      const row = this.#rows.get(key);
      if (row === undefined) removed.push(key);
      else put.push(row);
    }
    this.#changed.clear();
    return { put, removed };
  }

  #set(key: K, row: R): void {
    const { size } = this.#rows;
    this.#rows.set(key, row);
    if (this.#rows.size !== size) this.#sortedKeys = null;
  }

  #delete(key: K): boolean {
    const wasThere = this.#rows.delete(key);
    if (wasThere) this.#sortedKeys = null;
    return wasThere;
  }
}
