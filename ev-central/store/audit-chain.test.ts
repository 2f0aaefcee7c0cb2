// How the chain is made and purged. What is found when somebody changes it is in tests/security/audit-log.test.ts.
import { createHmac, hkdfSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Append } from '../core/effects.ts';
import type { AuditRow } from '../core/rows.ts';
import { emptyTables } from '../core/state.ts';
import { START_MS } from './sample-rows.ts';
import { openStore, type Store } from './store.ts';

const HOUR_MS = 3_600_000;
const KEPT = { noticesKeptMs: HOUR_MS, eventsKeptMs: HOUR_MS, auditKeptMs: HOUR_MS, deadLettersKeptMs: HOUR_MS };

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ev-audit-'));
  store = open();
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the chain of the audit log', () => {
  test('is sound over many batches and a restart, and its head tells the last row', () => {
    expect(store.verifyAudit(null)).toMatchObject({ rows: 0, head: null, faults: [] });
    write(3);
    write(1);
    store.close();
    store = open();
    write(500);
    const { head, ...report } = store.verifyAudit(null);
    expect(report).toMatchObject({
      rows: 504, misfits: 0, firstRowId: 1, lastRowId: 504, faults: [],
      state: { headRowId: 504, headRows: 504, purgedRows: 0, olderRowId: 0 },
    });
    expect(head).toEqual({ rowId: 504, hash: sql('SELECT hash FROM audit WHERE row_id = 504')[0]?.['hash'] });
  });

  test('is made as audit-link.ts says', () => {
    write(1, { who: 'ana', address: '10.0.0.9', action: 'login-driver', outcome: 'é', parameters: { a: [1, null] } });
    write(1, { who: '' });
    const [first, second] = sql('SELECT hash FROM audit ORDER BY row_id');
    const key = hkdfSync('sha256', readFileSync(join(folder, 'master.key')), '', 'ev-audit-chain-1', 32);
    const hashOf = (parts: string[]): string => createHmac('sha256', Buffer.from(key))
      .update(parts.map((part) => `${Buffer.byteLength(part)}:${part},`).join('')).digest('hex');
    const hash = hashOf(['ev-audit-row-1', '', '1', String(START_MS), 'ana', '10.0.0.9', 'login-driver', 'é',
      '{"a":[1,null]}']);
    expect(first?.['hash']).toBe(hash);
    expect(second?.['hash']).toBe(hashOf(['ev-audit-row-1', hash, '2', String(START_MS), '', '', 'x', 'done', '{}']));
  });

  test('fits whatever a stranger has sent as his name', () => {
    for (const who of ['\u0000', 'a\u0000b', '\ud800', 'x\udfff', '\u{1f50c}', '3:abc,', '\ufeff', '\u2028', "'; --"]) {
      write(1, { who, parameters: { who } });
    }
    expect(store.verifyAudit(null)).toMatchObject({ rows: 9, faults: [] });
  });

  test('goes on when two processes write in turn, as a tool does beside EV_Central', () => {
    const other = open();
    for (let i = 0; i < 3; i += 1) {
      write(2);
      write(1, {}, other);
    }
    other.close();
    expect(store.verifyAudit(null)).toMatchObject({ rows: 9, faults: [] });
  });

  test('has nothing of a batch that was not written', () => {
    write(2);
    const appends: Append[] = [rowOf({})];
    Object.defineProperty(appends, Symbol.iterator, {
      value: function* half() {
        yield rowOf({});
        throw new Error('died');
      },
    });
    expect(() => commit(appends)).toThrow('died');
    write(2);
    expect(store.verifyAudit(null)).toMatchObject({ rows: 4, lastRowId: 4, faults: [] });
  });

  test('is the same for the same rows and key: no time and no chance is in it', () => {
    write(5);
    const other = openStore({
      file: join(folder, 'other.db'), masterKeyFile: join(folder, 'master.key'), clock: { now: () => START_MS + 99 },
      log: () => undefined,
    });
    write(5, {}, other);
    expect(other.verifyAudit(null).head).toEqual(store.verifyAudit(null).head);
    other.close();
  });

  test('needs its master key: without the file nothing is opened', () => {
    store.close();
    rmSync(join(folder, 'master.key'));
    expect(open).toThrow(/master key file .* is missing, .* an audit log .* put the file back/);
    store = openStore({ file: ':memory:', masterKeyFile: null, clock: { now: () => 0 }, log: () => undefined });
  });
});

describe('rows that are deleted for their age', () => {
  test('leave their last hash, on which the next one is built; row ids are never used again', () => {
    write(600);
    write(4, { atMs: START_MS + HOUR_MS });
    expect(store.purge(START_MS + HOUR_MS, KEPT)).toBe(0);
    expect([1, 2, 3].map(() => store.purge(START_MS + HOUR_MS + 1, KEPT))).toEqual([500, 100, 0]);
    expect(store.verifyAudit(null)).toMatchObject({
      rows: 4, firstRowId: 601, faults: [], state: { purgedRows: 600, purgedRowId: 600, headRows: 604 },
    });
    expect(store.purge(START_MS + 3 * HOUR_MS, KEPT)).toBe(4);
    expect(store.verifyAudit(null)).toMatchObject({ rows: 0, head: { rowId: 604 }, faults: [] });
    write(1);
    expect(store.verifyAudit(null)).toMatchObject({ rows: 1, firstRowId: 605, faults: [] });
  });

  test('are not those whose date somebody has put back', () => {
    write(10, { atMs: START_MS + HOUR_MS });
    sql('UPDATE audit SET at_ms = 0 WHERE row_id <= 5');
    expect(store.purge(START_MS + HOUR_MS, KEPT)).toBe(0);
    expect(store.verifyAudit(null)).toMatchObject({ rows: 10, faults: [{ rowId: 1 }] });
  });

  test('leave a note when one of them did not fit, and the retention is kept', () => {
    write(10);
    write(1, { atMs: START_MS + HOUR_MS });
    sql("UPDATE audit SET who = 'eve' WHERE row_id = 7");
    expect(store.purge(START_MS + HOUR_MS + 1, KEPT)).toBe(10);
    const noticed = [{ kind: 'noticed', rowId: 7, atMs: START_MS + HOUR_MS + 1 }];
    expect(store.verifyAudit(null)).toMatchObject({ rows: 1, misfits: 0, faults: noticed });
    write(3);
    expect(store.purge(START_MS + 9 * HOUR_MS, KEPT)).toBe(4);
    expect(store.verifyAudit(null)).toMatchObject({ rows: 0, faults: noticed });
  });

  test('are still deleted where the clock once was years ahead', () => {
    write(1);
    write(2, { atMs: START_MS + 90_000 * HOUR_MS });
    write(1);
    expect(store.purge(START_MS + 2 * HOUR_MS, KEPT)).toBe(4);
    expect(store.verifyAudit(null)).toMatchObject({ rows: 0, faults: [] });
  });
});

describe('a head that was kept elsewhere', () => {
  test('is the same as long as its row is there, or was the last to be deleted', () => {
    write(3);
    const { head } = store.verifyAudit(null);
    write(4, { atMs: START_MS + HOUR_MS });
    expect(store.verifyAudit(head)).toMatchObject({ faults: [] });
    expect(store.purge(START_MS + HOUR_MS + 1, KEPT)).toBe(3);
    expect(store.verifyAudit(head)).toMatchObject({ faults: [] });
    store.purge(START_MS + 9 * HOUR_MS, KEPT);
    expect(store.verifyAudit(head)).toMatchObject({ faults: [{ kind: 'expected-purged', rowId: 3 }] });
  });

  test('of another log is another one', () => {
    write(3);
    const hash = '0'.repeat(64);
    expect(store.verifyAudit({ rowId: 2, hash }).faults).toEqual([{ kind: 'expected-differs', rowId: 2 }]);
    expect(store.verifyAudit({ rowId: 4, hash }).faults).toEqual([{ kind: 'expected-missing', rowId: 4 }]);
  });
});

function open(): Store {
  return openStore({
    file: join(folder, 'central.db'), masterKeyFile: join(folder, 'master.key'), clock: { now: () => START_MS },
    log: () => undefined,
  });
}

function rowOf(row: Partial<AuditRow>): Append {
  return {
    kind: 'append', table: 'audit',
    row: { atMs: START_MS, who: 'olga', address: '', action: 'x', outcome: 'done', parameters: {}, ...row },
  };
}

function write(count: number, row: Partial<AuditRow> = {}, into = store): void {
  commit(Array.from({ length: count }, () => rowOf(row)), into);
}

function commit(appends: readonly Append[], into = store): void {
  into.commit({ tables: emptyTables(), appends, sends: [], offsets: [], outboxDone: [], now: START_MS });
}

/** What somebody does with sqlite3 beside a running EV_Central. */
function sql(text: string): Record<string, unknown>[] {
  const db = new Database(join(folder, 'central.db'));
  try {
    const statement = db.prepare(text);
    if (statement.reader) return statement.all() as Record<string, unknown>[];
    statement.run();
    return [];
  } finally {
    db.close();
  }
}
