import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const VOLUMES = ['setup', 'public', 'central', 'drivers', 'engine-alc-01', 'monitor-alc-01', 'engine-vlc-01',
  'monitor-vlc-01'];
const SCRIPT = join(import.meta.dirname, 'container-setup.ts');
let root = '';

function setUp(): { status: number | null; stderr: string } {
  const args = [SCRIPT, '--root', root, '--points', 'ALC-01,VLC-01', '--drivers', 'ana,ben'];
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

function read(...path: string[]): string {
  return readFileSync(join(root, ...path), 'utf8').trim();
}

/** Everything that a container of this name can read, as one text. */
function everythingOf(volume: string): string {
  return readdirSync(join(root, volume), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')).join('\n');
}

describe('the set-up of the containers', () => {
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'ev-containers-'));
    for (const volume of VOLUMES) mkdirSync(join(root, volume));
    const { status, stderr } = setUp();
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  }, 60_000);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('gives an engine and its monitor the same pairing code, and another pair another one', () => {
    expect(read('engine-alc-01', 'pairing-code')).toBe(read('monitor-alc-01', 'pairing-code'));
    expect(read('engine-alc-01', 'pairing-code')).not.toBe(read('engine-vlc-01', 'pairing-code'));
  });

  it('gives a point’s secret to its monitor and to nobody else', () => {
    const secret = read('monitor-alc-01', 'given-secret');
    const others = VOLUMES.filter((volume) => !['setup', 'monitor-alc-01'].includes(volume));
    expect(others.filter((volume) => everythingOf(volume).includes(secret))).toEqual([]);
  });

  it('keeps the authority’s key to itself', () => {
    const key = read('setup', 'authority.pem').split('\n')[1] ?? '';
    expect(key.length).toBeGreaterThan(20);
    const others = VOLUMES.filter((volume) => volume !== 'setup');
    expect(others.filter((volume) => everythingOf(volume).includes(key))).toEqual([]);
    expect(read('public', 'ca.crt')).toBe(read('central', 'tls', 'ca.crt'));
    expect(read('public', 'ca.crt')).toBe(read('engine-vlc-01', 'tls', 'ca.crt'));
  });

  it('writes secrets for their owner alone', () => {
    const secrets = ['monitor-alc-01/given-secret', 'engine-alc-01/pairing-code', 'drivers/password',
      'drivers/drivers.json', 'setup/secrets.json', 'central/master.key', 'central/tls/server.pem'];
    expect(secrets.filter((file) => (statSync(join(root, file)).mode & 0o777) !== 0o600)).toEqual([]);
  });

  it('lists at least ten requests for the driver with a file, one point a line', () => {
    const lines = read('drivers', 'requests.txt').split('\n');
    expect(lines.length).toBeGreaterThanOrEqual(10);
    expect(new Set(lines)).toEqual(new Set(['ALC-01', 'VLC-01']));
  });

  it('changes nothing when it runs again', () => {
    const before = VOLUMES.filter((volume) => volume !== 'central').map(everythingOf);
    expect(setUp().status).toBe(0);
    expect(VOLUMES.filter((volume) => volume !== 'central').map(everythingOf)).toEqual(before);
  }, 30_000);
});
