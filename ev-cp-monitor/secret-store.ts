// The secret of a point on the monitor's machine: given once, kept in <data-dir>/<point>/secret (0600, folder 0700).
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Failure } from '../shared/failure.ts';
import { pointIdSchema, type PointId } from '../shared/ids.ts';
import { hashSecret, parseSecret } from '../shared/point-proof.ts';
import { insistOnPrivate, mendPrivate } from '../shared/private-file.ts';

/**
 * The hashed secret of a point: of the one that was given now (it is stored in place of an older one), else of the
 * stored one. Throws `Failure('bad-configuration')` when there is none or it is no secret, and `not-writable`.
 */
export function enrol(options: { dataDir: string; pointId: PointId; given: string | null }): Buffer {
  const { dataDir, pointId, given } = options;
  const dir = join(dataDir, pointId);
  const file = join(dir, 'secret');
  if (given !== null) {
    const hash = secretHash(given, `the secret that was given for ${pointId}`);
    store(dir, file, given.trim());
    return hash;
  }
  mendPrivate(file);
  if (existsSync(file)) return secretHash(read(file), file);
  throw new Failure('bad-configuration', `no secret for ${pointId} yet: EV_Central prints it once, when the point is `
    + 'added or gets a new one (npx ev-central admin --help); give it to this first start with --secret, '
    + '--secret-file or EV_MONITOR_SECRET');
}

/** Reads a secret from a file of its own. Throws `bad-configuration` when others may read it. */
export function readSecretFile(file: string): string {
  insistOnPrivate(file);
  return read(file).trim();
}

/** The hashed secrets of a fleet, from a JSON file; `count` takes the first so many. Throws `bad-configuration`. */
export function readFleet(file: string, count: number | null): Map<PointId, Buffer> {
  insistOnPrivate(file);
  const parsed = z.record(pointIdSchema, z.string()).safeParse(parseJson(read(file)));
  if (!parsed.success) {
    const what = parsed.error.issues[0]?.message ?? 'not understood';
    throw new Failure('bad-configuration', `${file} must be JSON {"point id": "secret"}: ${what}`);
  }
  const entries = Object.entries(parsed.data) as [PointId, string][];
  if (count !== null && count > entries.length) {
    throw new Failure('bad-configuration', `${file} holds ${entries.length} points, ${count} were asked for`);
  }
  return new Map(entries.slice(0, count ?? entries.length)
    .map(([pointId, secret]) => [pointId, secretHash(secret, `the secret of ${pointId} in ${file}`)]));
}

function secretHash(text: string, what: string): Buffer {
  const secret = parseSecret(text);
  if (secret !== undefined) return hashSecret(secret);
  throw new Failure('bad-configuration', `${what} is not a point's secret: 43 letters, digits, - and _, as EV_Central `
    + 'printed them');
}

function store(dir: string, file: string, text: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    chmodSync(dir, 0o700);
    writeFileSync(`${file}.new`, `${text}\n`, { mode: 0o600 });
    chmodSync(`${file}.new`, 0o600);
    renameSync(`${file}.new`, file);
  } catch (cause) {
    throw new Failure('not-writable', `cannot keep the secret in ${dir}: choose another folder with --data-dir`, cause);
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Failure('bad-configuration', `cannot read ${file}`, cause);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
