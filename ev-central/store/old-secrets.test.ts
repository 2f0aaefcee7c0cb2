// A database of the version before, as it lies on the disk after its EV_Central was killed: hashes in rows, between
// rows, in free pages and in the WAL.
import { copyFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pointId } from '../../shared/ids.ts';
import { hashSecret } from '../../shared/point-proof.ts';
import { emptyTables } from '../core/state.ts';
import { openDatabase, type Sqlite } from '../../shared/sqlite/database.ts';
import { openMasterKey } from './master-key.ts';
import { migrate } from '../../shared/sqlite/migrations.ts';
import { readMigrations } from './migrations.ts';
import { sampleKey, START_MS } from './sample-rows.ts';
import { openStore } from './store.ts';

const POINTS = 400;
const clock = { now: (): number => START_MS };
const idOf = (n: number): string => `P-${n}`;
const hashOf = (n: number): string => hashSecret(Buffer.alloc(32, `secret ${n}`)).toString('base64');

let folder: string;
let file: string;
let masterKeyFile: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ev-old-secrets-'));
  file = join(folder, 'central.db');
  masterKeyFile = join(folder, 'master.key');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('the secrets of the version before are wrapped once, and the points have the same ones', () => {
  makeOldDatabase();
  const logged: unknown[] = [];
  expect(secretsOf(logged)).toEqual(new Map(expected()));
  expect(logged).toContainEqual(['secrets-wrapped', { points: POINTS - 1 }]);
  expect(secretsOf()).toEqual(new Map(expected()));
  const db = new Database(file, { readonly: true });
  const [first, ...others] = db.prepare('SELECT DISTINCT unwrapped_sha256 FROM charging_points').pluck().all();
  expect([first, others]).toEqual([null, []]);
  db.close();
});

test('no hash is left anywhere in the files, also not in free pages and in the WAL', () => {
  makeOldDatabase();
  expect(hashesIn(file)).toBeGreaterThan(POINTS); // some twice: live and left over
  expect(hashesIn(`${file}-wal`)).toBeGreaterThan(0);
  const store = open();
  const found = [file, `${file}-wal`].map(hashesIn);
  store.close();
  expect([...found, hashesIn(file)]).toEqual([0, 0, 0]);
});

test('a wrong master key is refused before anything is wrapped with it', () => {
  makeOldDatabase();
  renameSync(masterKeyFile, join(folder, 'right.key'));
  openMasterKey(masterKeyFile, { makeIfMissing: true });
  expect(open).toThrow(/cannot open the stored key .* give the right --master-key-file/);
  rmSync(masterKeyFile);
  expect(open).toThrow(/master key file .* is missing.*put the file back/);
  renameSync(join(folder, 'right.key'), masterKeyFile);
  expect(secretsOf()).toEqual(new Map(expected()));
});

test('while a reader keeps the old WAL alive the start says so, and the next one clears it', () => {
  makeOldDatabase();
  const reader = openDatabase(file);
  reader.exec('BEGIN; SELECT count(*) FROM charging_points');
  reader.prepare('SELECT count(*) FROM charging_points').get();
  expect(open).toThrow(expect.objectContaining({ code: 'database-locked' }));
  expect(hashesIn(`${file}-wal`) + hashesIn(file)).toBeGreaterThan(0);
  reader.close();
  expect(secretsOf()).toEqual(new Map(expected()));
  expect(hashesIn(file) + hashesIn(`${file}-wal`)).toBe(0);
});

test('a process that died after wrapping, before anything was cleared, has left that to the next one', () => {
  makeOldDatabase();
  const dying = openDatabase(file);
  const exec = dying.exec.bind(dying);
  dying.exec = (sql) => {
    if (sql === 'VACUUM') throw new Error('killed');
    return exec(sql);
  };
  expect(() => openStore({ file: dying, masterKeyFile, clock, log: () => undefined })).toThrow('killed');
  expect(hashesIn(file)).toBeGreaterThan(0);
  expect(secretsOf()).toEqual(new Map(expected()));
  expect(hashesIn(file)).toBe(0);
});

/** Made and changed by the version before, then killed: what stands in the folder is what was flushed. */
function makeOldDatabase(): void {
  const living = join(folder, 'living.db');
  const db = openDatabase(living);
  migrate(db, readMigrations(), clock, 3);
  db.exec(`INSERT INTO tariffs VALUES ('T', 'EUR', 0, '[]');
    INSERT INTO sites VALUES ('S', '', '', 0, 0, 'UTC', 'T', 1)`);
  putPoints(db, 'first');
  db.pragma('wal_checkpoint(TRUNCATE)');
  // Rows that grew have left copies of themselves; points that went have left whole pages.
  putPoints(db, 'a longer address'.repeat(20));
  db.pragma('wal_checkpoint(TRUNCATE)');
  putPoints(db, 'short');
  db.exec("DELETE FROM charging_points WHERE point_id LIKE 'P-%5'");
  db.pragma('wal_checkpoint(TRUNCATE)');
  putPoints(db, 'short');
  const { keyId, keyBase64, kind, ownerId } = sampleKey();
  const wrapped = openMasterKey(masterKeyFile, { makeIfMissing: true }).keys.wrap(keyId, keyBase64);
  db.prepare('INSERT INTO keys VALUES (?, ?, ?, ?, 1, NULL, NULL, NULL)').run(keyId, kind, ownerId, wrapped);
  for (const part of ['', '-wal']) copyFileSync(`${living}${part}`, `${file}${part}`);
  db.close();
}

/** Each point with its secret, but the first, whose secret is revoked. */
function putPoints(db: Sqlite, address: string): void {
  const put = db.prepare(`INSERT INTO charging_points VALUES (?, 'S', ?, 0, 0, '[]', ?)
    ON CONFLICT DO UPDATE SET address = excluded.address, secret_sha256 = excluded.secret_sha256`);
  db.transaction(() => expected().forEach(([id, hash]) => put.run(id, address, hash)))();
}

function expected(): [string, string | null][] {
  return Array.from({ length: POINTS }, (_unused, n) => [idOf(n), n === 0 ? null : hashOf(n)]);
}

function open(logged: unknown[] = []) {
  return openStore({ file, masterKeyFile, clock, log: (_level, event, fields) => void logged.push([event, fields]) });
}

function secretsOf(logged: unknown[] = []): Map<string, string | null> {
  const store = open(logged);
  const tables = emptyTables();
  store.load(tables);
  store.close();
  return new Map(expected().map(([id]) => [id, tables.points.must(pointId(id)).secretSha256]));
}

/** How often the file holds the hash of some point. */
function hashesIn(path: string): number {
  if (!existsSync(path)) return 0;
  const text = readFileSync(path).toString('latin1');
  return expected().reduce((sum, [, hash]) => sum + (hash === null ? 0 : text.split(hash).length - 1), 0);
}
