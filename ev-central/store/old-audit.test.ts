// The audit log of a database of the version before.
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../shared/sqlite/database.ts';
import { openMasterKey } from './master-key.ts';
import { migrate } from '../../shared/sqlite/migrations.ts';
import { readMigrations } from './migrations.ts';
import { sampleKey, START_MS } from './sample-rows.ts';
import { openStore, type Store } from './store.ts';

const ROWS = 2_500;
const FIRST = 41;
const clock = { now: (): number => START_MS };
let folder: string;
let file: string;
let masterKeyFile: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ev-old-audit-'));
  file = join(folder, 'central.db');
  masterKeyFile = join(folder, 'master.key');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('rows that were there before are chained once, and the log itself says so', () => {
  makeOldDatabase();
  const logged: unknown[] = [];
  for (const _start of ['the first one', 'a later one']) {
    const store = open(logged);
    expect(store.verifyAudit(null)).toMatchObject({
      rows: ROWS + 1, firstRowId: FIRST, misfits: 0, faults: [],
      state: { madeAtMs: START_MS, olderRowId: FIRST + ROWS - 1, headRows: ROWS + 1, purgedRows: 0 },
    });
    expect(store.query('audit', { who: 'ev-central' }, null, 10).rows).toMatchObject([
      { action: 'audit-chained', parameters: { rows: ROWS, lastRow: FIRST + ROWS - 1 } },
    ]);
    expect(logged.filter((each) => JSON.stringify(each).includes('audit-chained'))).toHaveLength(1);
    store.close();
  }
});

test('what is changed in them afterwards is found', () => {
  makeOldDatabase();
  open().close();
  sql(`UPDATE audit SET outcome = 'refused' WHERE row_id = ${FIRST + 1_234}`);
  const store = open();
  expect(store.verifyAudit(null).faults).toEqual([{ kind: 'row-changed', rowId: FIRST + 1_234 }]);
  store.close();
});

test('a log without rows is begun without a word', () => {
  const db = openDatabase(file);
  migrate(db, readMigrations(), clock, 4);
  db.close();
  const logged: unknown[] = [];
  const store = open(logged);
  expect(store.verifyAudit(null)).toMatchObject({ rows: 0, head: null, faults: [], state: { olderRowId: 0 } });
  expect(JSON.stringify(logged)).not.toContain('audit-chained');
  store.close();
});

test('a wrong master key is refused before anything is chained with it', () => {
  makeOldDatabase();
  renameSync(masterKeyFile, join(folder, 'right.key'));
  openMasterKey(masterKeyFile, { makeIfMissing: true });
  expect(() => open()).toThrow(/cannot open the stored key .* give the right --master-key-file/);
  rmSync(masterKeyFile);
  renameSync(join(folder, 'right.key'), masterKeyFile);
  const store = open();
  expect(store.verifyAudit(null)).toMatchObject({ rows: ROWS + 1, faults: [] });
  store.close();
});

/** Its first rows were deleted for their age by that version. */
function makeOldDatabase(): void {
  const db = openDatabase(file);
  migrate(db, readMigrations(), clock, 4);
  const put = db.prepare("INSERT INTO audit VALUES (?, ?, 'olga', '', 'stop', 'done', ?)");
  db.transaction(() => {
    for (let i = 0; i < ROWS; i += 1) put.run(FIRST + i, START_MS - ROWS + i, JSON.stringify({ number: i }));
  })();
  const { keyId, keyBase64, kind, ownerId } = sampleKey();
  const wrapped = openMasterKey(masterKeyFile, { makeIfMissing: true }).keys.wrap(keyId, keyBase64);
  db.prepare('INSERT INTO keys VALUES (?, ?, ?, ?, 1, NULL, NULL, NULL)').run(keyId, kind, ownerId, wrapped);
  db.close();
}

function sql(text: string): void {
  const db = openDatabase(file);
  db.exec(text);
  db.close();
}

function open(logged: unknown[] = []): Store {
  return openStore({ file, masterKeyFile, clock, log: (_level, event, fields) => void logged.push([event, fields]) });
}
