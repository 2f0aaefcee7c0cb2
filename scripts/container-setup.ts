// What the containers of docker-compose.yml need before they start: the demo network in the database, certificates,
// and to each container its own secrets and nobody else's. Every container has one volume; only this program sees all.
// It can run again at any time: what is there stays, and certificates are renewed before they end.
import { randomBytes } from 'node:crypto';
import {
  chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { BCRYPT_COST } from '../ev-central/cli/credentials.ts';
import { openLocalCentral } from '../ev-central/cli/local-central.ts';
import { loadNetwork, readNetworkFile, writeSecrets } from '../ev-central/cli/network-file.ts';
import { systemClock } from '../shared/clock.ts';
import { Failure } from '../shared/failure.ts';
import { loadServerTls } from '../shared/wire/tls.ts';
import { inPlainWords } from './plain-words.ts';

const NETWORK_FILE = join(import.meta.dirname, '..', 'database', 'demo', 'network.json');
/** How often the drivers of the containers ask for each point; the practice wants at least 10 requests in a file. */
const ROUNDS = 6;

const secretsSchema = z.object({
  points: z.record(z.string(), z.string()),
  users: z.record(z.string(), z.object({ password: z.string() })),
});
type Secrets = z.infer<typeof secretsSchema>;

const list = (text: string): string[] => text.split(',').filter((each) => each !== '');
const command = new Command('container-setup')
  .requiredOption('--root <folder>', 'where the volumes are: setup, public, central, drivers, engine-…, monitor-…')
  .requiredOption('--points <ids>', 'the points that run in containers', list)
  .requiredOption('--drivers <ids>', 'the drivers that run in containers; the first one reads a file', list)
  .option('--owner <uid>', 'who the files belong to')
  .parse();
const options = command.opts<{ root: string; points: string[]; drivers: string[]; owner?: string }>();

await inPlainWords(async () => {
  const { root, points, drivers } = options;
  const secrets = await loadOnce(root);
  await makeCertificates(root, ['central', ...points.map(engineOf)]);
  for (const pointId of points) handOutPoint(root, pointId, secrets);
  handOutDrivers(root, points, drivers, secrets);
  if (options.owner !== undefined) giveTo(root, Number(options.owner));
  console.log(`${points.length} points and ${drivers.length} drivers are set up.`);
  return 0;
});

function engineOf(pointId: string): string {
  return `engine-${pointId.toLowerCase()}`;
}

/** Loads the demo network at the first run; later the database is the running Central's. */
async function loadOnce(root: string): Promise<Secrets> {
  const file = join(root, 'setup', 'secrets.json');
  if (!existsSync(file)) {
    const files = { database: join(root, 'central', 'central.db'), masterKeyFile: join(root, 'central', 'master.key') };
    const desk = openLocalCentral(files, systemClock);
    if (desk === null) {
      throw new Failure('database-locked', `an EV_Central runs on ${files.database} and ${file} is missing: end it`);
    }
    try {
      const { secrets, refused } = await loadNetwork(desk, readNetworkFile(NETWORK_FILE), { bcryptCost: BCRYPT_COST });
      for (const { what, why } of refused) console.error(`refused: ${what}: ${why}`);
      writeSecrets(file, secrets);
    } finally {
      await desk.close();
    }
  }
  return secretsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** One authority for all; each server gets its certificate and the authority's, never the authority's key. */
async function makeCertificates(root: string, hosts: readonly string[]): Promise<void> {
  for (const host of hosts) {
    const authority = join(root, 'setup', 'tls', host);
    const shared = join(root, 'setup', 'authority.pem');
    mkdirSync(authority, { recursive: true, mode: 0o700 });
    if (existsSync(shared)) copyFileSync(shared, join(authority, 'authority.pem'));
    await loadServerTls(authority, [host]);
    copyFileSync(join(authority, 'authority.pem'), shared);
    const target = join(root, host, 'tls');
    mkdirSync(target, { recursive: true, mode: 0o700 });
    for (const name of ['server.pem', 'ca.crt']) copyFileSync(join(authority, name), join(target, name));
    copyFileSync(join(authority, 'ca.crt'), join(root, 'public', 'ca.crt'));
  }
  chmodSync(join(root, 'public', 'ca.crt'), 0o644);
}

function handOutPoint(root: string, pointId: string, secrets: Secrets): void {
  const monitor = join(root, `monitor-${pointId.toLowerCase()}`);
  const secret = secrets.points[pointId];
  if (secret === undefined) throw new Failure('bad-configuration', `${NETWORK_FILE} has no point ${pointId}`);
  writeOnce(join(monitor, 'given-secret'), secret);
  const code = writeOnce(join(root, engineOf(pointId), 'pairing-code'), randomBytes(12).toString('base64url'));
  writeOnce(join(monitor, 'pairing-code'), code);
}

/** The first driver has a file of requests, one point a line; the others are a fleet in one process. */
function handOutDrivers(root: string, points: readonly string[], drivers: readonly string[], secrets: Secrets): void {
  const all = drivers.map((driverId, place) => {
    const password = secrets.users[driverId]?.password;
    if (password === undefined) throw new Failure('bad-configuration', `${NETWORK_FILE} has no user ${driverId}`);
    const turned = [...points.slice(place % points.length), ...points.slice(0, place % points.length)];
    return { driverId, password, requests: Array.from({ length: ROUNDS }, () => turned).flat() };
  });
  const [first, ...others] = all;
  if (first !== undefined) {
    writeOnce(join(root, 'drivers', 'requests.txt'), first.requests.join('\n'));
    writeOnce(join(root, 'drivers', 'password'), first.password);
  }
  writeOnce(join(root, 'drivers', 'drivers.json'), JSON.stringify({ drivers: others }, null, 2));
}

/** Writes a file for its owner alone unless it is there; returns what it holds. */
function writeOnce(file: string, text: string): string {
  if (!existsSync(file)) writeFileSync(file, `${text}\n`, { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

function giveTo(root: string, owner: number): void {
  chownSync(root, owner, owner);
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    chownSync(join(entry.parentPath, entry.name), owner, owner);
  }
}
