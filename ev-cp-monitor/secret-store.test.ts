import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pointId } from '../shared/ids.ts';
import { hashSecret, secretText } from '../shared/point-proof.ts';
import { enrol, readFleet } from './secret-store.ts';

const secret = Buffer.alloc(32, 9);
const id = pointId('ALC-01');
let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'monitor-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

describe('the secret of a point', () => {
  it('is given once and needed no more', () => {
    expect(enrol({ dataDir, pointId: id, given: secretText(secret) })).toEqual(hashSecret(secret));
    expect(enrol({ dataDir, pointId: id, given: null })).toEqual(hashSecret(secret));
  });

  it('is readable by its owner only', () => {
    enrol({ dataDir, pointId: id, given: secretText(secret) });
    expect(statSync(join(dataDir, 'ALC-01')).mode & 0o777).toBe(0o700);
    expect(statSync(join(dataDir, 'ALC-01', 'secret')).mode & 0o777).toBe(0o600);
  });

  it('that is missing or wrong is said in words, without showing it', () => {
    expect(() => enrol({ dataDir, pointId: id, given: null })).toThrow(/no secret for ALC-01 yet.*--secret/);
    expect(() => enrol({ dataDir, pointId: id, given: 'abc' })).toThrow(/is not a point's secret/);
  });

  it('of a fleet comes from one file', () => {
    const file = join(dataDir, 'fleet.json');
    writeFileSync(file, JSON.stringify({ 'ALC-01': secretText(secret), 'ALC-02': secretText(secret) }), {
      mode: 0o600,
    });
    chmodSync(file, 0o644);
    expect(() => readFleet(file, null)).toThrow(`chmod 600 ${file}`);
    chmodSync(file, 0o600);
    expect([...readFleet(file, 1).keys()]).toEqual(['ALC-01']);
    expect(readFleet(file, null).size).toBe(2);
    expect(() => readFleet(file, 3)).toThrow(/holds 2 points, 3 were asked for/);
  });
});
