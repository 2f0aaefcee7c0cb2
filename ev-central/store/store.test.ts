import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Tables } from '../core/state.ts';
import { emptyTables } from '../core/state.ts';
import { messageId, sessionId, siteId } from '../../shared/ids.ts';
import type { Commit, Store } from './store.ts';
import { IN_MEMORY, openStore } from './store.ts';
import {
  sampleKey, sampleMeter, samplePoint, samplePointState, sampleSession, sampleSite, sampleTariff, sampleUser, START_MS,
} from './sample-rows.ts';

let folder: string;
let store: Store;
const clock = { nowMs: START_MS, now: (): number => clock.nowMs };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ev-store-'));
  clock.nowMs = START_MS;
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const KINDS = [['in memory', () => IN_MEMORY], ['on a file', () => join(folder, 'ev.db')]] as const;

describe.each(KINDS)('a store %s', (kind, file) => {
  beforeEach(() => {
    store = open(file());
  });

  test('gives back the rows that were committed', () => {
    const tables = filledTables();
    store.load(tables);
    store.commit(batch(tables));
    expect(snapshot(reload())).toEqual(snapshot(tables));
  });

  test('keeps nothing of a batch that was not committed', () => {
    const tables = filledTables();
    store.commit(batch(tables));
    const before = snapshot(reload());
    tables.users.put(sampleUser({ balanceMinor: 1 }));
    tables.sessions.put(sampleSession({ state: 'completed', settled: true }));
    expect(snapshot(reload())).toEqual(before);
  });

  function reload(): Tables {
    if (kind === 'on a file') {
      store.close();
      store = open(file());
    }
    const tables = emptyTables();
    store.load(tables);
    return tables;
  }
});

function open(file: string): Store {
  return openStore({
    file, masterKeyFile: file === IN_MEMORY ? null : join(folder, 'master.key'), clock, log: () => undefined,
  });
}

function filledTables(): Tables {
  const tables = emptyTables();
  tables.tariffs.put(sampleTariff);
  tables.sites.put(sampleSite);
  tables.points.put(samplePoint());
  tables.pointStates.put(samplePointState());
  tables.users.put(sampleUser());
  tables.sessions.put(sampleSession());
  tables.meters.put(sampleMeter());
  tables.keys.put(sampleKey());
  return tables;
}

function batch(tables: Tables, rest: Partial<Commit> = {}): Commit {
  return { tables, appends: [], sends: [], offsets: [], outboxDone: [], now: clock.nowMs, ...rest };
}

/** All rows of all tables, comparable. */
function snapshot(tables: Tables): Record<string, unknown[]> {
  return Object.fromEntries(Object.entries(tables).map(([name, table]) => [
    name, [...table.values()].sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1),
  ]));
}
void [statSync, Database, messageId, sessionId, siteId];
