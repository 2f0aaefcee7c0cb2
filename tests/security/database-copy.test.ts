// Who has a copy of the database, but not the master key, can authenticate as no point, and who can write in the
// database can make no wrapped secret serve in another place. Central as it is shipped, over real sockets.
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SECRET, startTestCentral, type TestCentral, TestPeer, waitFor } from '../../ev-central/central-for-tests.ts';
import { emptyTables } from '../../ev-central/core/state.ts';
import { samplePoint } from '../../ev-central/store/sample-rows.ts';
import { openStore } from '../../ev-central/store/store.ts';
import { systemClock } from '../../shared/clock.ts';
import { pointId, userId } from '../../shared/ids.ts';
import { hashSecret, pointProof } from '../../shared/point-proof.ts';
import { formsOf, LeakSearch } from './leak-search.ts';

const OTHER_SECRET = Buffer.alloc(32, 'other');
const FACTOR = Buffer.from('authenticator-of-ana');
const peers: TestPeer[] = [];
let folder: string;
let file: string;
let central: TestCentral | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ev-copy-'));
  file = join(folder, 'central.db');
  central = await startTestCentral({ file });
  const { secretSha256: _none, ...other } = samplePoint({ pointId: pointId('ALC-02') });
  const put = await central.central.order({
    kind: 'put-point', point: other, secretSha256: hashSecret(OTHER_SECRET).toString('base64'),
  }, 'test');
  expect(put).toMatchObject({ ok: true });
  const enrolled = await central.central.order({
    kind: 'enrol-second-factor', userId: userId('ana'), secretBase64: FACTOR.toString('base64'), recoverySha256s: [],
    counter: 1,
  }, 'test');
  expect(enrolled).toMatchObject({ ok: true });
  expect(await authenticate('ALC-01', hashSecret(SECRET))).toBe('welcome-monitor');
  expect(await authenticate('ALC-02', hashSecret(OTHER_SECRET))).toBe('welcome-monitor');
});

afterEach(async () => {
  await end();
  rmSync(folder, { recursive: true, force: true });
});

async function end(): Promise<void> {
  for (const peer of peers.splice(0)) peer.close();
  await central?.close();
  central = undefined;
}

/** What Central answers to a proof that is made with this hash. */
async function authenticate(point: string, hash: Buffer): Promise<string> {
  const peer = new TestPeer(central?.port ?? 0);
  peers.push(peer);
  await peer.say({ type: 'hello-monitor', pointId: point, software: 'test', byHand: false });
  const nonce = Buffer.from(String((await peer.hear('challenge'))['nonceBase64']), 'base64');
  await peer.say({ type: 'proof', proofBase64: pointProof(hash, nonce, point) });
  await waitFor(() => peer.messages.some((message) => message['re'] === 't-2'), () => peer.seen());
  const { type, reason } = peer.messages.find((message) => message['re'] === 't-2') ?? {};
  return String(reason ?? type);
}

/** The database as a thief takes it, while Central runs: all its files but the master key. */
function copyOfDatabase(): string {
  const copy = mkdtempSync(join(folder, 'copy-'));
  for (const name of readdirSync(folder).filter((each) => /^central\.db(-wal|-shm)?$/.test(each))) {
    copyFileSync(join(folder, name), join(copy, name));
  }
  return copy;
}

function load(path: string, masterKeyFile: string): void {
  const store = openStore({ file: path, masterKeyFile, clock: systemClock, log: () => undefined });
  try {
    store.load(emptyTables());
  } finally {
    store.close();
  }
}

describe('a copy of the database without the master key', () => {
  const secrets = [['ALC-01', SECRET], ['ALC-02', OTHER_SECRET]] as const;
  const search = new LeakSearch([...secrets.flatMap(([name, secret]) =>
    [{ name, bytes: secret }, { name: `hash of ${name}`, bytes: hashSecret(secret) }]),
  { name: 'second factor of ana', bytes: FACTOR }]);

  it('holds no secret and no hash of one, in no row, audit line, event, free page or WAL', () => {
    expect(search.inFolder(copyOfDatabase())).toEqual([]);
  });

  it('would be found with one that stands in any text of it', () => {
    const path = join(copyOfDatabase(), 'central.db');
    const db = new Database(path);
    const forms = formsOf({ name: 'hash', bytes: hashSecret(SECRET) });
    db.prepare('UPDATE audit SET parameters = ?').run(JSON.stringify({ was: forms['base64+0'] }));
    db.close();
    expect(search.in('copy', readFileSync(path)).map((leak) => leak.secret)).toContain('hash of ALC-01');
  });

  it('lets nobody in with anything that stands in the row of a point', async () => {
    const db = new Database(join(copyOfDatabase(), 'central.db'));
    const wrapped = db.prepare("SELECT wrapped_secret FROM charging_points WHERE point_id = 'ALC-01'").pluck().get();
    db.close();
    const bytes = Buffer.from(String(wrapped), 'base64');
    expect(bytes).toHaveLength(12 + 32 + 16);
    for (const guess of [bytes, bytes.subarray(12, 44), Buffer.from(String(wrapped))]) {
      expect(await authenticate('ALC-01', guess)).toBe('unknown-or-wrong');
    }
    expect(await authenticate('ALC-01', hashSecret(SECRET))).toBe('welcome-monitor');
  });

  it('starts nowhere else: not without a master key, nor with another one', () => {
    const copy = copyOfDatabase();
    const key = join(copy, 'master.key');
    expect(() => load(join(copy, 'central.db'), key)).toThrow(/is missing, .* put the file back/);
    load(':memory:', key); // makes one
    expect(() => load(join(copy, 'central.db'), key)).toThrow(/cannot open the secret of point ALC-0\d: the master/);
  });
});

describe('a wrapped secret that somebody moved in the database', () => {
  it.each([
    ['to another point', `UPDATE charging_points SET wrapped_secret =
      (SELECT wrapped_secret FROM charging_points WHERE point_id = 'ALC-01') WHERE point_id = 'ALC-02'`,
    /cannot open the secret of point ALC-02: .* changed by hand/],
    ['into the place of a key', `UPDATE keys SET wrapped_key =
      (SELECT wrapped_secret FROM charging_points WHERE point_id = 'ALC-01')`, /cannot open the stored key .* by hand/],
    ['with its point’s id into the place of a key', `INSERT INTO keys SELECT point_id, 'point', point_id,
      wrapped_secret, 1, NULL, NULL, NULL FROM charging_points`, /cannot open the stored key ALC-01.* by hand/],
    ['away, with the key of its point in its place', `UPDATE charging_points SET wrapped_secret =
      (SELECT wrapped_key FROM keys WHERE owner_id = charging_points.point_id)`,
    /cannot open the secret of point ALC-01.* by hand/],
    ['away, with a bare hash in its place', `UPDATE charging_points SET wrapped_secret =
      '${hashSecret(SECRET).toString('base64')}'`, /cannot open the secret of point ALC-01.* by hand/],
  ])('%s stops Central at its start, by name', async (_where, sql, words) => {
    await end();
    const db = new Database(file);
    expect(db.prepare(sql).run().changes).toBeGreaterThan(0);
    db.close();
    await expect(startTestCentral({ file })).rejects.toThrow(words);
  });
});

describe('a master key that is lost for good', () => {
  it('is given up as the guide says; then points need new secrets, and the old ones are worth nothing', async () => {
    await end();
    const guide = readFileSync(join(import.meta.dirname, '../../docs/guide-operator.md'), 'utf8');
    const sql = /`sqlite3 central\.db "([^"]+)"`/.exec(guide)?.[1] ?? '';
    const db = new Database(file);
    db.exec(sql);
    db.close();
    rmSync(`${file}.key`);
    central = await startTestCentral({ file });
    expect(await authenticate('ALC-01', hashSecret(SECRET))).toBe('point-revoked');
    const { secretSha256: _none, ...point } = samplePoint();
    const secretSha256 = hashSecret(OTHER_SECRET).toString('base64');
    await central.central.order({ kind: 'put-point', point, secretSha256 }, 'test');
    expect(await authenticate('ALC-01', hashSecret(OTHER_SECRET))).toBe('welcome-monitor');
  });
});
