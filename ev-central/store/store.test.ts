// One suite for a database in memory and on a file.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Input } from '../core/inputs.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import type { Session } from '../core/rows.ts';
import type { Tables } from '../core/state.ts';
import { emptyTables } from '../core/state.ts';
import { BugError } from '../../shared/assert.ts';
import { keyId, pointId, requestId, sessionId, userId } from '../../shared/ids.ts';
import { networkEvent } from '../../shared/messages/network-event.ts';
import { meterSample } from '../../shared/messages/meter-sample.ts';
import { ticketIssued } from '../../shared/messages/ticket-issued.ts';
import { applyChange, changeArbitrary } from './random-change-for-tests.ts';
import type { Commit, Store } from './store.ts';
import { changesNothing, IN_MEMORY, openStore } from './store.ts';
import {
  sampleKey, sampleMeter, samplePoint, samplePointState, sampleSession, sampleSite, sampleTariff, sampleUser,
  sampleVersion, START_MS,
} from './sample-rows.ts';

const HOUR_MS = 3_600_000;
const SECRET_SHA256 = Buffer.alloc(32, 6).toString('base64');
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

describe.each([['in memory'], ['on a file']] as const)('a store %s', (kind) => {
  beforeEach(() => {
    store = open(kind);
  });

  test('gives back the rows that were committed', () => {
    const tables = filledTables();
    store.commit(batch(tables));
    expect(snapshot(reload())).toEqual(snapshot(tables));
  });

  test('leaves the database alone when a batch changes nothing', () => {
    const tables = filledTables();
    store.commit(batch(tables));
    if (kind === 'in memory') return expect(changesNothing(batch(tables))).toBe(true);
    const other = new Database(join(folder, 'ev.db'));
    other.exec('BEGIN IMMEDIATE'); // nobody else can write now
    expect(store.commit(batch(tables))).toEqual([]);
    other.close();
  });

  test('keeps an installation id and the counter over a restart', () => {
    const tables = emptyTables();
    store.load(tables);
    const made = tables.installation.must('installation');
    expect(made).toEqual({ installationId: expect.stringMatching(/^[0-9a-z]{5}$/), counter: 0 });
    tables.installation.put({ ...made, counter: 41 });
    store.commit(batch(tables));
    expect(reload().installation.must('installation')).toEqual({ ...made, counter: 41 });
  });

  test('holds after any run of changes, commits and crashes what was committed last', () => {
    fc.assert(fc.property(fc.array(fc.array(changeArbitrary, { maxLength: 12 }), { maxLength: 8 }), fc.boolean(),
      (batches, crashes) => {
        let tables = reload();
        for (const changes of batches) {
          const before = snapshot(reload());
          for (const change of changes) applyChange(tables, change);
          if (crashes && changes.length % 3 === 0) {
            tables = reload();
            expect(snapshot(tables)).toEqual(before);
          } else {
            store.commit(batch(tables));
            expect(snapshot(reload())).toEqual(snapshot(tables));
          }
        }
      }), { numRuns: kind === 'in memory' ? 60 : 10 });
  });

  test('loads open and provisional sessions, and settled ones of the last hour with their meters', () => {
    const tables = filledTables();
    tables.sessions.put(sampleSession({ sessionId: sessionId('old'), state: 'completed', settled: true }));
    tables.meters.put(sampleMeter({ sessionId: sessionId('old') }));
    tables.sessions.put(sampleSession({ sessionId: sessionId('torn'), state: 'interrupted', provisional: true }));
    store.commit(batch(tables));
    clock.nowMs += HOUR_MS / 2;
    expect([...reload().sessions.values()].map((s) => s.sessionId).sort()).toEqual(['k7f2-99', 'old', 'torn']);
    clock.nowMs += HOUR_MS;
    const later = reload();
    expect([...later.sessions.values()].map((s) => s.sessionId).sort()).toEqual(['k7f2-99', 'torn']);
    expect([...later.meters.values()].map((m) => m.sessionId)).toEqual(['k7f2-99']);
  });

  test('brings back a settled session and its meter when an input names it', () => {
    const tables = filledTables();
    const old = sampleSession({ sessionId: sessionId('old'), state: 'completed', settled: true });
    tables.sessions.put(old);
    tables.meters.put(sampleMeter({ sessionId: old.sessionId, sample: 9 }));
    store.commit(batch(tables));
    clock.nowMs += 2 * HOUR_MS;
    const later = reload();
    const sample = meterSample.schema.parse({ ...Object(meterSample.example), sessionId: 'old' });
    store.hydrate(later, { kind: 'meter', sample, sender: 'ALC-01' });
    expect(later.sessions.get(old.sessionId)).toEqual(old);
    expect(later.meters.get(old.sessionId)?.sample).toBe(9);
  });

  test('keeps the session of a vehicle that still stands at its connector', () => {
    const tables = filledTables();
    const over = sampleSession({ sessionId: sessionId('stands'), state: 'completed', settled: true });
    tables.sessions.put(over);
    tables.pointStates.put(samplePointState({
      connectors: samplePointState().connectors
        .map((c) => ({ ...c, plugged: true, finishedSessionId: over.sessionId })),
    }));
    store.commit(batch(tables));
    clock.nowMs += 30 * HOUR_MS;
    expect(store.forget(tables, clock.nowMs)).toBe(0);
    expect(reload().sessions.get(over.sessionId)).toEqual(over);
  });

  test('forgets in memory what is over for long, and only there', () => {
    const tables = filledTables();
    tables.sessions.put(sampleSession({ sessionId: sessionId('old'), state: 'completed', settled: true }));
    tables.meters.put(sampleMeter({ sessionId: sessionId('old') }));
    tables.requests.put({
      requestId: requestId('r-old'), driverId: userId('ana'), kind: 'charge', sessionId: null, answer: null,
      atMs: START_MS,
    });
    store.commit(batch(tables));
    expect(store.forget(tables, START_MS + HOUR_MS / 2)).toBe(0);
    expect(store.forget(tables, START_MS + 49 * HOUR_MS)).toBe(2);
    expect([tables.sessions.size, tables.meters.size, tables.requests.size]).toEqual([1, 1, 0]);
    expect(store.session(sessionId('old'))).toBeDefined();
  });

  test('never overwrites a row in memory with the stored one', () => {
    const tables = filledTables();
    store.commit(batch(tables));
    const newer: Session = sampleSession({ state: 'finishing' });
    tables.sessions.put(newer);
    store.hydrate(tables, {
      kind: 'order', orderId: requestId('o-1'), by: 'olga', role: 'operator', address: '', answer: null,
      order: { kind: 'end-session', sessionId: newer.sessionId, note: '' },
    } satisfies Input);
    expect(tables.sessions.get(newer.sessionId)).toBe(newer);
  });

  test('numbers outbox rows in the order of the sends, and keeps what is not acknowledged', () => {
    const sends = ['a', 'b', 'c'].map((key) => ({
      kind: 'send', topic: 'events', key, to: 'services', message: networkEvent.schema.parse(networkEvent.example),
    } as const));
    const rows = store.commit(batch(emptyTables(), { sends }));
    expect(rows.map((row) => row.key)).toEqual(['a', 'b', 'c']);
    expect(store.outboxSize()).toBe(3);
    store.commit(batch(emptyTables(), { outboxDone: [rows[0]?.rowId ?? 0] }));
    store.commit(batch(emptyTables(), { outboxDone: [rows[0]?.rowId ?? 0] }));
    expect(store.outboxSize()).toBe(2);
    reload();
    expect(store.outboxSize()).toBe(2);
    expect(store.pendingOutbox('others', 0, 10)).toEqual(rows.slice(1));
    expect(store.pendingOutbox('others', rows[1]?.rowId ?? 0, 10)).toEqual(rows.slice(2));
    expect(store.pendingOutbox('commands', 0, 10)).toEqual([]);
    expect(JSON.parse(rows[0]?.text ?? '')).toEqual(sends[0]?.message);
  });

  test('sends done rows of the last 24 h again when the broker lost its log, oldest first', () => {
    const message = networkEvent.schema.parse(networkEvent.example);
    const sends = ['a', 'b'].map((key) => ({ kind: 'send', topic: 'events', key, to: '', message } as const));
    const rows = store.commit(batch(emptyTables(), { sends }));
    store.commit(batch(emptyTables(), { outboxDone: rows.map((row) => row.rowId) }));
    expect(store.pendingOutbox('others', 0, 10)).toEqual([]);
    store.commit(batch(emptyTables(), {
      offsets: [{ topic: 'ev.facts', partition: 0, epoch: 1, next: 0 }],
      outboxReopenSinceMs: clock.nowMs - 24 * HOUR_MS,
    }));
    expect(store.pendingOutbox('others', 0, 10)).toEqual(rows);
    expect(store.outboxSize()).toBe(2);
  });

  test('remembers the offsets of the last batch and the cluster that they belong to', () => {
    expect(store.clusterId()).toBeNull();
    store.setClusterId('c1');
    store.commit(batch(emptyTables(), { offsets: [{ topic: 'ev.facts', partition: 3, next: 10, epoch: 0 }] }));
    store.commit(batch(emptyTables(), { offsets: [{ topic: 'ev.facts', partition: 3, next: 4, epoch: 1 }] }));
    reload();
    expect(store.offsets()).toEqual([{ topic: 'ev.facts', partition: 3, next: 4, epoch: 1 }]);
    expect(store.clusterId()).toBe('c1');
  });

  test('gives a driver the notices behind the last one that she has', () => {
    const notice = ticketIssued.schema.parse(ticketIssued.example);
    store.commit(batch(emptyTables(), {
      appends: [1, 2, 3].map((number) => ({ kind: 'append', table: 'notices', row: { ...notice, number } })),
    }));
    const page = store.noticesAfter(userId('ana'), 1, 1);
    expect(page).toEqual({ notices: [{ ...notice, number: 2 }], more: true });
    expect(store.noticesAfter(userId('ana'), 2, 10)).toEqual({ notices: [{ ...notice, number: 3 }], more: false });
    expect(store.noticesAfter(userId('bob'), 0, 10)).toEqual({ notices: [], more: false });
  });

  test('somebody who gets the id of a person who is gone begins with the first notice', () => {
    const notice = { ...ticketIssued.schema.parse(ticketIssued.example), number: 1 };
    const first = batch(filledTables(), { appends: [{ kind: 'append', table: 'notices', row: notice }] });
    store.commit(first);
    first.tables.users.remove(userId('ana'));
    store.commit(batch(first.tables));
    expect(store.noticesAfter(userId('ana'), 0, 10)).toEqual({ notices: [], more: false });
    first.tables.users.put(sampleUser());
    store.commit({ ...first, appends: [{ kind: 'append', table: 'notices', row: notice }] });
    expect(store.noticesAfter(userId('ana'), 0, 10).notices).toEqual([notice]);
  });

  test('keeps meter values and tickets of a session as they were written', () => {
    const { ticket } = ticketIssued.schema.parse(ticketIssued.example);
    const value = {
      sessionId: ticket.sessionId, sample: 2, registerWh: 1_010, powerW: 7_000, socPercent: null, atMs: START_MS,
      rawAtMs: START_MS, receivedAtMs: START_MS, kind: 'charging' as const,
    };
    const correction = { ...ticket, ticketId: 'k7f2-200', kind: 'correction', corrects: ticket.ticketId };
    store.commit(batch(filledTables(), {
      appends: [
        { kind: 'append', table: 'meter_values', row: value },
        { kind: 'append', table: 'meter_values', row: { ...value, sample: 1 } },
        { kind: 'append', table: 'tickets', row: ticket },
        { kind: 'append', table: 'tickets', row: { ...ticket, ...correction } as typeof ticket },
      ],
    }));
    expect(store.meterValues(ticket.sessionId)).toEqual([{ ...value, sample: 1 }, value]);
    expect(store.ticketsOf(ticket.sessionId)).toEqual([ticket, correction]);
    expect(store.session(ticket.sessionId)).toEqual(sampleSession());
  });

  test('refuses a second final ticket of one session, and writes nothing of that batch', () => {
    const { ticket } = ticketIssued.schema.parse(ticketIssued.example);
    const tables = filledTables();
    store.commit(batch(tables, { appends: [{ kind: 'append', table: 'tickets', row: ticket }] }));
    tables.users.put(sampleUser({ balanceMinor: 1 }));
    const second = { ...ticket, ticketId: 'k7f2-201' } as typeof ticket;
    expect(() => store.commit(batch(tables, { appends: [{ kind: 'append', table: 'tickets', row: second }] })))
      .toThrow(BugError);
    expect(reload().users.must(userId('ana')).balanceMinor).toBe(5_000);
  });

  test('counts for each record how often a batch with it failed, and forgets that after a week', () => {
    store.noteFailedRecords(['ev.facts/0@1~0', 'ev.facts/0@2~0'], START_MS);
    store.noteFailedRecords(['ev.facts/0@2~0'], START_MS);
    expect([...store.failedRecords()]).toEqual([['ev.facts/0@1~0', 1], ['ev.facts/0@2~0', 2]]);
    store.noteFailedRecords(['ev.facts/0@3~0'], START_MS + 8 * 24 * HOUR_MS);
    expect([...store.failedRecords()]).toEqual([['ev.facts/0@3~0', 1]]);
  });

  test('deletes what is no longer needed, and keeps what is', () => {
    const tables = filledTables();
    const record = { driverId: userId('ana'), kind: 'charge', sessionId: null, answer: null } as const;
    tables.requests.put({ ...record, requestId: requestId('r-old'), atMs: START_MS });
    tables.keys.put(sampleKey({ keyId: keyId('login'), kind: 'login', expiresAtMs: START_MS }));
    const command = {
      pointId: pointId('ALC-01'), number: 1, type: 'stop', sessionId: null, sentAtMs: START_MS, deadlineMs: START_MS,
      outcome: 'done', reason: null,
    } as const;
    tables.commands.put(command);
    tables.commands.put({ ...command, number: 2, outcome: 'open' });
    const message = networkEvent.schema.parse(networkEvent.example);
    const sends = [1, 2].map(() => ({ kind: 'send', topic: 'events', key: 'k', to: '', message } as const));
    const [first] = store.commit(batch(tables, { sends }));
    store.commit(batch(tables, { outboxDone: [first?.rowId ?? 0] }));
    expect(store.purge(START_MS + HOUR_MS, DEFAULT_SETTINGS)).toBe(0);
    clock.nowMs += 49 * HOUR_MS;
    tables.requests.put({ ...record, requestId: requestId('r-new'), atMs: clock.nowMs });
    store.commit(batch(tables));
    expect(store.purge(clock.nowMs, DEFAULT_SETTINGS)).toBe(4);
    const later = reload();
    expect([...later.requests.values()].map((r) => r.requestId)).toEqual(['r-new']);
    expect([...later.commands.values()].map((c) => c.number)).toEqual([2]);
    expect([...later.keys.values()].map((k) => k.keyId)).toEqual(['k7f2-5']);
    expect(store.outboxSize()).toBe(1);
  });

  /** As after a restart. A database in memory cannot be opened again: there only memory is new. */
  function reload(): Tables {
    if (kind === 'on a file') {
      store.close();
      store = open(kind);
    }
    const tables = emptyTables();
    store.load(tables);
    return tables;
  }
});

describe('a store on a file', () => {
  test('is readable by its owner alone, with everything beside it', () => {
    store = open('on a file');
    store.commit(batch(filledTables()));
    const files = ['ev.db', 'ev.db-wal', 'ev.db-shm', 'master.key'];
    expect(files.map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o600, 0o600, 0o600, 0o600]);
  });

  test('holds keys and secrets only as the master key file wraps them', () => {
    store = open('on a file');
    store.commit(batch(filledTables()));
    const db = new Database(join(folder, 'ev.db'), { readonly: true });
    const rows = JSON.stringify(db.prepare('SELECT * FROM keys, charging_points').all());
    db.close();
    for (const held of ['k7f2-5', 'ALC-01']) expect(rows).toContain(held);
    for (const secret of [sampleKey().keyBase64, SECRET_SHA256]) expect(rows).not.toContain(secret);
  });

  test.each(['keys', 'secrets'])('refuses to open %s without the master key file, saying what to do', (what) => {
    store = open('on a file');
    const tables = filledTables();
    if (what === 'keys') tables.points.remove(samplePoint().pointId);
    else tables.keys.remove(sampleKey().keyId);
    store.commit(batch(tables));
    store.close();
    rmSync(join(folder, 'master.key'));
    expect(() => open('on a file')).toThrow(/master key file .* is missing.*put the file back/);
    store = openStore({ file: IN_MEMORY, masterKeyFile: null, clock, log: () => undefined });
  });

  test('can be read with plain columns by an instructor', () => {
    store = open('on a file');
    store.commit(batch(filledTables()));
    const db = new Database(join(folder, 'ev.db'), { readonly: true });
    expect(db.prepare('SELECT point_id, connector_no, type, max_power_w FROM connectors').all())
      .toEqual([{ point_id: 'ALC-01', connector_no: 1, type: 'IEC_62196_T2', max_power_w: 22_000 }]);
    expect(db.prepare('SELECT connected, engine, is_operative FROM charging_point_states').all())
      .toEqual([{ connected: 1, engine: 'ok', is_operative: 1 }]);
    db.close();
  });

  test('says that a folder cannot be used', () => {
    store = open('on a file');
    expect(() => openStore({
      file: join(folder, 'master.key', 'ev.db'), masterKeyFile: null, clock, log: () => undefined,
    })).toThrow(expect.objectContaining({ code: 'not-writable' }));
  });

  test('says that a full disk is full', () => {
    store = open('on a file');
    store.close();
    const file = join(folder, 'ev.db');
    const db = new Database(file);
    const pages = Number(db.pragma('page_count', { simple: true }));
    db.close();
    store = open('on a file', pages + 2);
    const tables = filledTables();
    for (let i = 0; i < 2_000; i++) tables.users.put(sampleUser({ userId: userId(`u${i}`) }));
    expect(() => store.commit(batch(tables))).toThrow(expect.objectContaining({ code: 'disk-full' }));
  });
});

function open(kind: 'in memory' | 'on a file', maxPages?: number): Store {
  const file = kind === 'in memory' ? IN_MEMORY : join(folder, 'ev.db');
  return openStore({
    file, masterKeyFile: kind === 'in memory' ? null : join(folder, 'master.key'), clock, log: () => undefined,
    ...(maxPages === undefined ? {} : { maxPages }),
  });
}

function filledTables(): Tables {
  const tables = emptyTables();
  if (store !== undefined) store.load(tables);
  tables.tariffs.put(sampleTariff);
  tables.tariffVersions.put(sampleVersion);
  tables.sites.put(sampleSite);
  tables.points.put(samplePoint({ secretSha256: SECRET_SHA256 }));
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
    name, [...table.values()].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
  ]));
}
