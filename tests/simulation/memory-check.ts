// Memory is only a cache of the database: when Central dies between two batches, what its database would load is what
// it had in memory. A row that was changed in place, or not marked as changed, shows here.
import { isDeepStrictEqual } from 'node:util';
import { emptyTables, type State, type Tables } from '../../ev-central/core/state.ts';
import type { Store } from '../../ev-central/store/store.ts';

/** Rows of these leave memory, and are brought back, at times of their own. */
const PARTLY_IN_MEMORY: ReadonlySet<string> = new Set(['sessions', 'meters', 'requests', 'orders', 'commands', 'keys']);

type AnyRows = {
  readonly size: number;
  values(): IterableIterator<unknown>;
  takeChanges(): { put: readonly unknown[]; removed: readonly string[] };
};

/** What differs, in words; null: nothing. Takes the changes out of the dead state's tables. */
export function differsFromMemory(state: State, store: Store): string | null {
  const stored = emptyTables();
  store.load(stored);
  for (const name of Object.keys(stored) as (keyof Tables)[]) {
    const difference = compare(name, state[name], stored[name]);
    if (difference !== null) return difference;
  }
  return null;
}

function compare(name: keyof Tables, memory: AnyRows, stored: AnyRows): string | null {
  const { put, removed } = memory.takeChanges();
  if (put.length + removed.length > 0) return null; // it died with a batch that was never committed
  const known = new Map([...memory.values()].map((row) => [keyOf(name, row), row]));
  const found = new Set<string>();
  for (const row of stored.values()) {
    const key = keyOf(name, row);
    found.add(key);
    const mine = known.get(key);
    if (mine === undefined) {
      if (!PARTLY_IN_MEMORY.has(name)) return `${name} ${key} is in the database, not in memory`;
    } else if (!isDeepStrictEqual(plain(mine), plain(row))) {
      return `${name} ${key} is ${JSON.stringify(mine)} in memory, ${JSON.stringify(row)} in the database`;
    }
  }
  if (PARTLY_IN_MEMORY.has(name)) return null;
  const lost = [...known.keys()].find((key) => !found.has(key));
  return lost === undefined ? null : `${name} ${lost} is in memory, not in the database`;
}

function plain(row: unknown): unknown {
  return JSON.parse(JSON.stringify(row)) as unknown;
}

const KEYS = {
  installation: 'installationId', tariffs: 'tariffId', sites: 'siteId', points: 'pointId', pointStates: 'pointId',
  users: 'userId', sessions: 'sessionId', meters: 'sessionId', keys: 'keyId', requests: 'requestId', orders: 'orderId',
  commands: 'number', lockouts: 'who',
} as const satisfies Record<keyof Tables, string>;

function keyOf(name: keyof Tables, row: unknown): string {
  const fields = row as Readonly<Record<string, unknown>>;
  return name === 'commands' ? `${String(fields['pointId'])}#${String(fields['number'])}` : String(fields[KEYS[name]]);
}
