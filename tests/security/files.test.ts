// Every file that holds a secret is its owner's alone, also where the umask is wide open; one that others may read is
// mended or refused by name.
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../shared/sqlite/database.ts';
import { openMasterKey } from '../../ev-central/store/master-key.ts';
import { openJournalFiles } from '../../ev-cp-engine/journal-files.ts';
import { enrol, readSecretFile } from '../../ev-cp-monitor/secret-store.ts';
import { readFleetFile } from '../../ev-driver/fleet.ts';
import { pointId } from '../../shared/ids.ts';
import { secretText } from '../../shared/point-proof.ts';
import { loadServerTls } from '../../shared/wire/tls.ts';
import { at, POINT, smallNetwork, type SmallNetwork } from '../e2e/small-network.ts';

describe.skipIf(process.platform === 'win32')('under a umask of 000', () => {
  let network: SmallNetwork;
  let before = 0;

  beforeAll(async () => {
    before = process.umask(0); // what is started from here inherits it
    network = await smallNetwork();
    await network.startCentralWithTls();
    await network.point(POINT);
    const ana = await network.driver('ana');
    await ana.told('ticket', await ana.ask(at(POINT), { energyWh: 200 }));
  }, 90_000);
  afterAll(async () => {
    process.umask(before);
    await network.remove();
  });

  it('nothing that holds a secret, or what somebody did, can be read by others', () => {
    const { dir } = network.options;
    const open = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => (statSync(file).mode & 0o077) !== 0).map((file) => relative(dir, file));
    // The authority's certificate is for everybody, the input of this test its own; logs hold no secret.
    expect(open.filter((file) => !/^(log\/|network\.json$|tls\/ca\.crt$)/.test(file))).toEqual([]);
  });

  it('the files that this is about are all there', () => {
    const { dir } = network.options;
    for (const file of ['secrets.json', 'central/central.db', 'central/central.db-wal', 'central/central.db.lock',
      'central/master.key', 'central/operator.token', 'tls/authority.pem', 'tls/server.pem',
      `monitor/${POINT}/secret`, `engine/${POINT}/journal.jsonl`, 'driver/ana/notices.jsonl']) {
      expect([file, existsSync(join(dir, file))]).toEqual([file, true]);
      expect([file, statSync(join(dir, file)).mode & 0o777]).toEqual([file, 0o600]);
    }
  });

  it('nor can others look into the folders', () => {
    for (const folder of ['central', 'tls', 'monitor', `monitor/${POINT}`, `engine/${POINT}`, 'driver/ana']) {
      expect([folder, statSync(join(network.options.dir, folder)).mode & 0o077]).toEqual([folder, 0]);
    }
  });
});

describe.skipIf(process.platform === 'win32')('a file that others may read', () => {
  const dirs: string[] = [];
  afterEach(() => dirs.splice(0).forEach((dir) => rmSync(dir, { recursive: true })));
  const folder = (): string => {
    const dir = mkdtempSync(join(tmpdir(), 'ev-modes-'));
    dirs.push(dir);
    return dir;
  };
  const modeOf = (file: string): number => statSync(file).mode & 0o777;

  it('is mended when it is our own: database, journal, secret of a point, private keys', async () => {
    const dir = folder();
    const db = join(dir, 'central.db');
    openDatabase(db).close();
    for (const part of [db, `${db}-wal`]) writeFileSync(part, '', { flag: 'a' });
    const journal = join(dir, 'journal.jsonl');
    writeFileSync(journal, '');
    const secret = secretText(Buffer.alloc(32, 7));
    enrol({ dataDir: dir, pointId: pointId(POINT), given: secret });
    const kept = join(dir, POINT, 'secret');
    await loadServerTls(join(dir, 'tls'), ['127.0.0.1']);
    const keys = ['authority.pem', 'server.pem'].map((name) => join(dir, 'tls', name));
    for (const file of [db, journal, kept, ...keys]) chmodSync(file, 0o664);
    openDatabase(db).close();
    await openJournalFiles(dir).close();
    enrol({ dataDir: dir, pointId: pointId(POINT), given: null });
    await loadServerTls(join(dir, 'tls'), ['127.0.0.1']);
    expect([db, journal, kept, ...keys].map(modeOf)).toEqual(Array.from({ length: 5 }, () => 0o600));
  });

  it('is refused by name when somebody gave it: master key, secret, passwords, private key', async () => {
    const dir = folder();
    const file = join(dir, 'given');
    writeFileSync(file, '');
    chmodSync(file, 0o644);
    const key = join(dir, 'master.key');
    openMasterKey(key, { makeIfMissing: true });
    expect(modeOf(key)).toBe(0o600);
    chmodSync(key, 0o640);
    expect(() => openMasterKey(key, { makeIfMissing: true })).toThrow(`chmod 600 ${key}`);
    expect(() => readSecretFile(file)).toThrow(`chmod 600 ${file}`);
    expect(() => readFleetFile(file)).toThrow(`chmod 600 ${file}`);
    writeFileSync(join(dir, 'server.pem'), '');
    chmodSync(join(dir, 'server.pem'), 0o644);
    await expect(loadServerTls(dir, ['127.0.0.1'])).rejects.toThrow(`chmod 600 ${join(dir, 'server.pem')}`);
  });
});
