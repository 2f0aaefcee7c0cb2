// No secret is ever in a log, a trace, an error, a screen, a record, a journal or the database: a whole network with
// secrets that the test knows does everything right and wrong, then all that was written or printed is searched.
import { spawn as spawnPty } from '@lydell/node-pty';
import { spawnSync } from 'node:child_process';
import { createPrivateKey, randomBytes, randomInt } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMasterKey } from '../../ev-central/store/master-key.ts';
import type { Broker } from '../../scripts/broker.ts';
import { giveAddress } from '../../scripts/network/letters.ts';
import { openBus } from '../../shared/bus/connection.ts';
import { hashSecret } from '../../shared/point-proof.ts';
import { CONTROL, encodeFrame } from '../../shared/wire/frame-codec.ts';
import { at, POINT, SmallNetwork, waitFor } from '../e2e/small-network.ts';
import { ownBroker, randomPrefix, removeBroker } from '../integration/broker-for-tests.ts';
import { openProcessTerminal } from '../screen/process-terminal.ts';
import { adminCommands, type LeakNotifier, openLeakNotifier } from './leak-notifier.ts';
import { formsOf, LeakSearch, type Secret, textSecret } from './leak-search.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** With a character of each kind that is written otherwise in JSON, URLs and shells. */
const password = (who: string): string => `pw ${who}/"ü"&+${randomBytes(9).toString('base64url')}`;
const pin = (): string => String(randomInt(10 ** 11, 10 ** 12 - 1));
const word = (kind: string): string => `${kind}-${randomBytes(15).toString('base64url')}`;
const GIVEN = {
  ana: password('ana'), ben: password('ben'), olga: password('olga'), wrong: password('wrong'),
  typed: password('typed'), pinOfAna: pin(), pinOfBen: pin(), wrongPin: pin(),
  pairing: word('pair'), wrongPairing: word('pair'), badSecret: word('bad'), inBadFile: word('file'),
  inBadFrame: word('frame'),
};

let broker: Broker;
let network: SmallNetwork;
let notifier: LeakNotifier;
/** Everything that any process printed, by what it was. */
const printed = new Map<string, string>();
let token = '';

function keep(what: string, text: string): string {
  printed.set(what, `${printed.get(what) ?? ''}${text}\n`);
  return text;
}

beforeAll(async () => {
  broker = await ownBroker();
  const dir = mkdtempSync(join(tmpdir(), 'ev-leaks-'));
  network = new SmallNetwork({
    dir, brokers: broker.brokers, topicPrefix: randomPrefix(), centralArgs: ['--plug-timeout', '20'],
  });
  writeFileSync(join(dir, 'network.json'), JSON.stringify(townWithSecrets()), { mode: 0o600 });
  await network.load(join(dir, 'network.json'));
  network.moreEnv['EV_ENGINE_PAIRING_CODE'] = GIVEN.pairing;
  network.moreEnv['EV_MONITOR_PAIRING_CODE'] = GIVEN.pairing;
  giveAddress(network, 'ana', 'es');
  await network.startCentralWithTls();
  notifier = await openLeakNotifier(network, 'ana');
  token = readFileSync(join(network.centralDir, 'operator.token'), 'utf8').trim();
  await network.point(POINT);
  await everythingRight();
  await everythingWrong();
  await garbage();
  await failures();
  for (const process of network.processes) keep(process.label, process.lines.join('\n'));
  await network.stop();
  await notifier.close();
}, 400_000);

afterAll(async () => {
  await network.remove();
  await removeBroker(broker);
});

/** Log-ins, a charge over the bus and one at the point, tools, screens. */
async function everythingRight(): Promise<void> {
  const tails = ['requests', 'commands', 'facts', 'notices', 'events', 'meter', 'dead-letters'].map(startTail);
  const ana = await network.driver('ana');
  const request = await ana.ask(at(POINT), { energyWh: 400 });
  await ana.told('ticket', request);
  await network.untilStatus(POINT, 'Available');
  const engine = network.points.get(POINT)?.engine;
  for (const [id, given] of [['wrong', GIVEN.wrongPin], ['right', GIVEN.pinOfBen]] as const) {
    const answered = engine?.next((event) => event['re'] === id);
    engine?.send({ id, do: 'request', connectorNo: 1, driverId: 'ben', pin: given, goal: goal(300) });
    await answered;
  }
  await waitFor(() => network.tickets(), (rows) => rows.length === 2, { what: 'the ticket of ben', timeoutMs: 20_000 });
  await everybodyTold();
  for (const list of ['audit', 'users', 'keys']) {
    keep(`ctl ${list}`, (await network.tryTool(['ctl', list, '--json'])).output);
  }
  keep('trace', spawnSync(process.execPath, [join(ROOT, 'scripts/trace.ts'), request, '--log-dir', network.logDir], {
    encoding: 'utf8' }).stdout);
  keep('doctor', run('scripts/doctor.ts', [], {}));
  await screenOfBen();
  for (const end of tails) end();
}

/** A driver looks at her preferences and changes them; her charge goes out over every channel; a letter is refused. */
async function everybodyTold(): Promise<void> {
  await notifier.toldOverAll();
  await notifier.refusedLetter();
  const { status, stdout } = spawnSync(process.execPath, [join(ROOT, 'ev-driver/main.ts'), 'preferences', '--json',
    '--set', 'charge-started=none', '--central', network.centralAddress,
    '--data-dir', join(network.options.dir, 'script')], {
    encoding: 'utf8', env: { ...process.env, ...network.env, EV_DRIVER_ID: 'ana', EV_DRIVER_PASSWORD: GIVEN.ana } });
  expect([status, stdout]).toEqual([0, expect.stringContaining('"charge-started":[]')]);
  for (const args of adminCommands(network)) {
    keep(`ev-notifier ${args.slice(2).join(' ')}`, `${args.at(-2) ?? ''}: ${run('ev-notifier/main.ts', args, {})}`);
  }
}

const goal = (energyWh: number) => ({ energyWh, amountMinor: null, socPercent: null });

/** Wrong passwords, PINs, pairing codes and secrets, each of which may be nearly the right one. */
async function everythingWrong(): Promise<void> {
  const file = join(network.options.dir, 'wrong.json');
  writeFileSync(file, JSON.stringify({ drivers: [{ driverId: 'ana', password: GIVEN.wrong }] }), { mode: 0o600 });
  const wrong = network.start('ev-driver', 'wrong driver', [
    '--central', network.centralAddress, '--fleet', file, '--control',
    '--data-dir', join(network.options.dir, 'driver'),
  ]);
  await wrong.next((event) => event['event'] === 'login-refused' || event['event'] === 'refused', 20_000)
    .catch(() => undefined);
  for (const secret of [GIVEN.wrong, GIVEN.olga]) {
    network.moreEnv['EV_TOOL_PASSWORD'] = secret;
    keep('ctl by password', (await network.tryTool(['ctl', 'points', '--login', 'olga'])).output);
  }
  delete network.moreEnv['EV_TOOL_PASSWORD'];
  const monitor = network.start('ev-cp-monitor', 'wrong pairing', [
    '--engine', engineAddress(), '--central', network.centralAddress, '--point', POINT,
    '--data-dir', join(network.options.dir, 'other-monitor'), '--control',
  ], { EV_MONITOR_SECRET: network.secrets.points[POINT] ?? '', EV_MONITOR_PAIRING_CODE: GIVEN.wrongPairing });
  await waitFor(() => readFileSync(join(network.logDir, `ev-cp-engine-${POINT}.log`), 'utf8'),
    (log) => log.includes('pairing code'), { what: 'the refused monitor' });
  await monitor.stop();
  // Central took it for the point's newer monitor, so the right one has to be sent back by hand.
  network.points.get(POINT)?.monitor.send({ do: 'authenticate' });
  await network.untilStatus(POINT, 'Available');
}

/** Frames, records and lines that are none, with a secret in them. */
async function garbage(): Promise<void> {
  const { inBadFrame } = GIVEN;
  const frames = [
    { n: 1, v: 1, id: 'x', type: 'login', driverId: 5, password: inBadFrame, lastNotice: 0, software: 't' },
    { n: 1, v: 1, id: 'x', type: 'login', driverId: inBadFrame.repeat(9), password: inBadFrame, lastNotice: 'x' },
    { n: 1, v: 1, id: 'x', type: 'login-operator', userId: 7, password: inBadFrame, token: inBadFrame },
    { n: 1, v: 1, id: 'x', type: 'login-operator', userId: null, password: null, token: inBadFrame },
    { n: 1, v: 1, id: 'x', type: 'hello-monitor', pointId: [inBadFrame], secret: inBadFrame },
    { n: 1, type: 'ping', atMs: inBadFrame }, { n: 'x', type: inBadFrame },
  ].map((frame) => encodeFrame(JSON.stringify(frame)));
  frames.push(Buffer.concat([Buffer.of(CONTROL.stx), Buffer.from(inBadFrame), Buffer.of(CONTROL.etx, 0)]));
  frames.push(encodeFrame(inBadFrame), Buffer.from(inBadFrame));
  for (const frame of frames) await say(frame);
  const engine = network.points.get(POINT)?.engine;
  engine?.send({ do: 'request', connectorNo: 'x', driverId: 'ana', pin: inBadFrame });
  const bus = openBus({ brokers: [broker.brokers], clientId: 'stranger', log: () => undefined });
  await bus.whenUp();
  const sender = bus.sender();
  for (const topic of ['requests', 'facts', 'meter', 'commands', 'notices']) {
    await sender.send([{
      topic: `${network.options.topicPrefix}.${topic}`, key: 'ALC', value: randomBytes(90),
      headers: { from: 'ana', to: 'central', kid: 'p-1', mid: 'm-1' },
    }]);
  }
  await sender.close();
  await bus.close();
  await waitFor(() => readFileSync(join(network.logDir, 'ev-central.log'), 'utf8'),
    (log) => log.includes('dead-letter'), { what: 'the dead letters' });
}

/** Starts that must fail, and `--print-config`, with every secret that can be given. */
async function failures(): Promise<void> {
  const secretsOf: Record<string, Record<string, string>> = {
    'ev-central': {}, 'ev-cp-engine': { EV_ENGINE_PAIRING_CODE: GIVEN.pairing },
    'ev-cp-monitor': {
      EV_MONITOR_SECRET: network.secrets.points[POINT] ?? '', EV_MONITOR_PAIRING_CODE: GIVEN.pairing,
      EV_MONITOR_POINT: POINT,
    },
    'ev-driver': { EV_DRIVER_PASSWORD: GIVEN.ana, EV_DRIVER_ID: 'ana' },
  };
  for (const [program, env] of Object.entries(secretsOf)) {
    expect(keep(`${program} --print-config`, run(`${program}/main.ts`, ['--print-config'], env))).toContain('log-dir');
    keep(`${program} bad start`, run(`${program}/main.ts`, ['--log-dir', '/dev/null/x'], env));
  }
  const { dir } = network.options;
  const notifierPlace = ['--data-dir', join(dir, 'notifier-none'), '--no-ui'];
  keep('ev-notifier --print-config', run('ev-notifier/main.ts', [...notifier.flags, '--print-config'], {}));
  for (const flags of notifier.badStarts) {
    const said = keep('ev-notifier bad start', run('ev-notifier/main.ts', [...notifierPlace, ...flags], {}));
    expect([flags.slice(-2, -1), said]).not.toContain('started');
  }
  const bad = join(dir, 'bad-input.json');
  for (const text of [`{"drivers":[{"driverId":"ana","password":"${GIVEN.inBadFile}" "x"}]}`, GIVEN.inBadFile,
    `{"points":{"${POINT}":"${GIVEN.inBadFile}"`, `{"${POINT}":"${GIVEN.inBadFile}"}`]) {
    writeFileSync(bad, text, { mode: 0o600 });
    keep('bad fleet', run('ev-driver/main.ts', ['--fleet', bad, '--control'], {}));
  }
  keep('bad secrets', run('ev-cp-monitor/main.ts', ['--fleet', bad, '--control'], {}));
  writeFileSync(bad, `{"users":{"ana":"${GIVEN.inBadFile}" "x"}}`);
  keep('bad network', run('ev-central/main.ts', ['admin', 'load', bad, '--data-dir', join(dir, 'none')], {}));
  keep('bad secrets-out', run('ev-central/main.ts', ['admin', 'load', join(dir, 'network.json'), '--secrets-out', bad,
    '--bcrypt-cost', '4', '--data-dir', join(dir, 'none')], {}));
  rmSync(bad);
  rmSync(join(dir, 'none'), { recursive: true, force: true });
  keep('bad secret', run('ev-cp-monitor/main.ts', ['--point', POINT, '--data-dir', join(dir, 'm')], {
    EV_MONITOR_SECRET: GIVEN.badSecret }));
  keep('wrong master key', run('ev-central/main.ts', ['--port', '0', '--no-ui', '--data-dir', network.centralDir,
    '--database', join(dir, 'network.json')], {}));
  // A death that nobody planned, with everything in memory.
  await network.central.kill9();
  await network.startCentralWithTls();
  await network.untilStatus(POINT, 'Available');
}

/** A driver types her password, wrong and right, at the form of the screen. */
async function screenOfBen(): Promise<void> {
  const screen = openProcessTerminal({
    file: join(ROOT, 'ev-driver/main.ts'), columns: 100, rows: 30, env: network.env,
    args: ['--central', network.centralAddress, '--driver', 'ben', '--data-dir', join(network.options.dir, 'driver')],
  });
  const shows = async (words: RegExp): Promise<void> =>
    void keep('screen of ben', await screen.waitFor((text) => words.test(text), String(words)));
  await shows(/Log in at/);
  screen.type(GIVEN.typed);
  await shows(/\*{8}|•{8}/);
  screen.type('\r');
  await shows(/Log in at[^]*password .* is wrong/);
  screen.type(`${GIVEN.ben}\r`);
  await shows(new RegExp(POINT));
  screen.kill('SIGTERM');
  await screen.ended();
}

function startTail(topic: string): () => void {
  const child = spawnPty(process.execPath, [join(ROOT, 'scripts/tail.ts'), topic, '--central', network.centralAddress,
    '--data-dir', network.centralDir, '--json'], {
    cols: 1_000, rows: 30, cwd: ROOT, env: { ...process.env, ...network.env },
  });
  child.onData((data) => keep(`tail ${topic}`, data));
  return () => child.kill('SIGTERM');
}

function engineAddress(): string {
  const log = readFileSync(join(network.logDir, `ev-cp-engine-${POINT}.log`), 'utf8');
  return /"address":"(127\.0\.0\.1:\d+)"/.exec(log)?.[1] ?? '';
}

function say(frame: Buffer): Promise<void> {
  const ca = readFileSync(network.moreEnv['EV_TLS_CA'] ?? '', 'utf8');
  return new Promise((resolve) => {
    const socket = tlsConnect({ host: '127.0.0.1', port: network.centralPort, ca }, () => {
      socket.write(Buffer.concat([Buffer.of(CONTROL.enq), frame]));
      setTimeout(() => socket.destroy(), 150);
    });
    socket.on('error', () => undefined).on('close', () => resolve());
    socket.resume();
  });
}

function run(file: string, args: readonly string[], env: Readonly<Record<string, string>>): string {
  const { stdout, stderr } = spawnSync(process.execPath, [join(ROOT, file), ...args], {
    encoding: 'utf8', timeout: 20_000, env: { ...process.env, EV_LOG_DIR: network.logDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return stdout + stderr;
}

function townWithSecrets(): unknown {
  const elements = [{ price_components: [{ type: 'ENERGY', price: 0.4, step_size: 1 }] }];
  const place = { address: '', latitude: 38.345, longitude: -0.481 };
  return {
    tariffs: [{ id: 'flat', currency: 'EUR', elements }],
    sites: [{
      siteId: 'ALC', name: 'Alicante', ...place, timeZone: 'Europe/Madrid', tariffId: 'flat', queueEnabled: true,
    }],
    points: [{
      pointId: POINT, siteId: 'ALC', ...place,
      connectors: [{ connectorNo: 1, type: 'IEC_62196_T2', maxPowerW: 22_000 }],
    }],
    users: [
      { userId: 'ana', balanceMinor: 50_000, pin: GIVEN.pinOfAna, password: GIVEN.ana },
      { userId: 'ben', balanceMinor: 50_000, pin: GIVEN.pinOfBen, password: GIVEN.ben },
      { userId: 'olga', role: 'operator', password: GIVEN.olga },
    ],
  };
}

/** All that must not be found: what was given, what was made, and each key that Central has granted. */
function secrets(): Secret[] {
  const found = [...Object.entries(GIVEN).map(([name, text]) => textSecret(name, text)), ...notifier.secrets];
  for (const [id, text] of Object.entries(network.secrets.points)) {
    const bytes = Buffer.from(text, 'base64url');
    found.push(textSecret(`secret of ${id}`, text), { name: `secret of ${id}`, bytes });
    found.push({ name: `hash of the secret of ${id}`, bytes: hashSecret(bytes) });
  }
  found.push(textSecret('operator token', token), { name: 'operator token', bytes: Buffer.from(token, 'base64url') });
  const masterFile = join(network.centralDir, 'master.key');
  found.push({ name: 'master key', bytes: readFileSync(masterFile) });
  const { keys } = openMasterKey(masterFile, { makeIfMissing: false });
  const db = new Database(join(network.centralDir, 'central.db'), { readonly: true });
  const rows = db.prepare('SELECT key_id, kind, wrapped_key FROM keys').all() as Record<string, string>[];
  for (const { key_id: id = '', kind = '', wrapped_key: wrapped = '' } of rows) {
    found.push({ name: `${kind} key ${id}`, bytes: Buffer.from(keys.unwrap(id, wrapped), 'base64') });
  }
  expect(new Set(rows.map((row) => row['kind']))).toEqual(new Set(['service', 'point', 'login', 'reading']));
  db.close();
  for (const name of ['authority.pem', 'server.pem']) {
    const pem = readFileSync(join(network.options.dir, 'tls', name), 'utf8');
    const { d = '' } = createPrivateKey(pem).export({ format: 'jwk' });
    found.push({ name: `private key of ${name}`, bytes: Buffer.from(d, 'base64url') });
    const line = /PRIVATE KEY-----\n([^-]+)\n-----END/.exec(pem)?.[1]?.split('\n')[1] ?? '';
    found.push(textSecret(`private key of ${name}, a line`, line));
  }
  return found;
}

/** The files in which a secret belongs. */
const HOLDERS = new RegExp(`^(${[
  String.raw`[\w-]+\.json`, String.raw`tls/(authority|server)\.pem`, String.raw`central/(master\.key|operator\.token)`,
  String.raw`(other-)?monitor/[\w-]+/secret`, String.raw`service\.key`, String.raw`notifier-secrets/[\w.-]+`,
].join('|')})$`);

describe('the search', () => {
  it('finds a secret in each of its forms, in files and in what was printed', () => {
    const dir = mkdtempSync(join(tmpdir(), 'ev-planted-'));
    const all = secrets();
    const search = new LeakSearch(all);
    for (const secret of all) {
      for (const [form, text] of Object.entries(formsOf(secret))) {
        const planted = Buffer.concat([Buffer.from('{"x":"'), Buffer.from(text), Buffer.from('"}')]);
        const isText = !planted.includes('\ufffd') && !planted.includes('%EF%BF%BD');
        expect([secret.name, form, search.in('x', planted).length > 0]).toEqual([secret.name, form, isText]);
      }
      for (const lead of ['', 'a', 'ab', 'abc']) {
        const within = Buffer.concat([Buffer.from(lead), secret.bytes, Buffer.from('more')]);
        writeFileSync(join(dir, 'planted.log'), within.toString('base64'));
        expect(search.inFolder(dir).map((leak) => leak.secret)).toContain(secret.name);
      }
    }
    rmSync(dir, { recursive: true });
  });

  it('finds one that was planted into the logs of this network', () => {
    const file = join(network.logDir, 'ev-central.log');
    const before = readFileSync(file);
    appendFileSync(file, JSON.stringify({ level: 'info', password: GIVEN.ana }));
    const leaks = new LeakSearch(secrets()).inFolder(network.options.dir, (path) => HOLDERS.test(path));
    writeFileSync(file, before);
    expect(leaks).toContainEqual({ secret: 'ana', form: 'json', where: join('log', 'ev-central.log') });
  });
});

describe('no secret is', () => {
  it('in any log, journal, database or other file of the network', () => {
    const search = new LeakSearch(secrets());
    expect(search.inFolder(network.options.dir, (path) => HOLDERS.test(path))).toEqual([]);
  });

  it('in any record, index or log of the broker', () => {
    expect(new LeakSearch(secrets()).inFolder(broker.dir)).toEqual([]);
  });

  it('in anything that a process, a tool, a trace, a tail or a screen printed', () => {
    const search = new LeakSearch(secrets());
    expect([...printed].flatMap(([what, text]) => search.in(what, text))).toEqual([]);
    const silent = [...printed].filter(([, text]) => text.trim() === '').map(([what]) => what);
    expect(silent.filter((what) => !what.startsWith('tail'))).toEqual([]);
    for (const topic of ['requests', 'facts', 'notices']) expect(printed.get(`tail ${topic}`)).toContain('"text"');
  });
});

describe('the address of a person, a telephone, a chat and a browser, is', () => {
  it('in the database of EV_Central', () => {
    const found = new LeakSearch(notifier.addresses).inFolder(network.centralDir).map(({ secret }) => secret);
    expect([...new Set(found)].sort()).toEqual(['chat', 'e-mail', 'phone', 'push']);
  });

  it('in no other database, no log, no record, and nothing that was printed', () => {
    const search = new LeakSearch(notifier.addresses);
    const isCentral = (path: string): boolean => path.startsWith('central/') || HOLDERS.test(path);
    expect(search.inFolder(network.options.dir, isCentral)).toEqual([]);
    expect(search.inFolder(broker.dir)).toEqual([]);
    expect([...printed].flatMap(([what, text]) => search.in(what, text))).toEqual([]);
  });
});
