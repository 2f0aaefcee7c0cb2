// The life of a Central process: waits for the database's lock (as a standby, and says so), opens what Central is made
// of, listens, and ends in order: what was taken in is written before anything closes.
import { compare } from 'bcrypt';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBus, parseBrokers } from '../shared/bus/connection.ts';
import { systemClock } from '../shared/clock.ts';
import { exitWith } from '../shared/config.ts';
import { Failure } from '../shared/failure.ts';
import { LIMITS } from '../shared/limits.ts';
import { type OpenLog, openLog } from '../shared/log.ts';
import type { QueryPage, Screen } from '../shared/screen/handle.ts';
import { createProcessTicker } from '../shared/wire/awake-timer.ts';
import { isLoopback } from '../shared/wire/loopback.ts';
import { listen } from '../shared/wire/server.ts';
import { loadServerTls, type ServerTls } from '../shared/wire/tls.ts';
import { apiPorts } from './api-ports.ts';
import type { BookFiles } from './book-check.ts';
import { createOpenerThread } from './bus/opener-thread.ts';
import { type Central, createCentral } from './central.ts';
import { apiSettings, type CentralConfig, coreSettings } from './config.ts';
import { createEvidenceShelf } from './evidence-shelf.ts';
import { readIssuer } from './issuer-file.ts';
import { removeOperatorToken, writeOperatorToken } from './links/operator-token.ts';
import { openMailer } from './mail-settings.ts';
import { createMessageBoard, type MessageBoard } from './message-board.ts';
import { openPayments } from './payments/payments-file.ts';
import { buildView, standbyView } from './screen-view.ts';
import { acquireLock, waitForLock } from '../shared/sqlite/lock.ts';
import { openStore, type Store } from './store/store.ts';
import type { CentralActions, CentralView } from './ui/view.ts';
import { whyNot } from './why-not.ts';

/** Who orders from the screen, in the audit log. */
const CONSOLE = 'console';
/** A clean end takes no longer than this, whatever hangs. */
const END_MS = 8_000;
/** Turns of the event loop between two batches at most. */
const MOST_TURNS = 100;

/** What is open and how it is closed again, newest first. */
type Life = {
  readonly config: CentralConfig;
  readonly openedLog: OpenLog;
  readonly board: MessageBoard;
  readonly ending: AbortController;
  readonly closers: (() => unknown)[];
  readonly startedAtMs: number;
  standby: CentralView['standby'];
  running: { central: Central; address: string } | null;
  screen: Screen | null;
};

/** Runs Central until it is told to end. Throws `Failure` when it cannot start. */
export async function serve(config: CentralConfig): Promise<void> {
  makeFolder(config.dataDir);
  const withScreen = !config.noUi && process.stdin.isTTY && process.stdout.isTTY;
  const life: Life = {
    config, openedLog: openLog({ dir: config.logDir, name: 'ev-central', console: !withScreen }),
    board: createMessageBoard(), ending: new AbortController(), closers: [], startedAtMs: systemClock.now(),
    standby: null, running: null, screen: null,
  };
  const stop = (): void => void end(life);
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
  const bug = (error: unknown): void => fatal(life, error);
  process.on('uncaughtException', bug).on('unhandledRejection', bug);
  if (withScreen) await openScreen(life, stop);
  try {
    await start(life);
  } catch (error) {
    fatal(life, error);
  }
}

async function start(life: Life): Promise<void> {
  const { config, openedLog: { log }, board, ending, closers } = life;
  const database = config.database ?? join(config.dataDir, 'central.db');
  const { signal } = ending;
  const issuer = readIssuer(config.issuer);
  const lock = await waitForLock({
    acquire: () => acquireLock(database), signal, onWait: () => waitAsStandby(life, database),
    // An end that comes meanwhile is seen right after it.
    pause: (ms) => sleep(ms, undefined, { signal }).catch(() => undefined),
  });
  if (lock === null) return;
  closers.push(() => lock.release());
  if (life.standby !== null) say(life, 'warn', 'The other EV_Central is gone: this one takes over.');
  life.standby = null;
  const masterKeyFile = config.masterKeyFile ?? join(config.dataDir, 'master.key');
  const store = openStore({ file: database, masterKeyFile, clock: systemClock, log });
  closers.push(() => store.close());
  const bus = openBus({ brokers: parseBrokers(config.brokers), clientId: 'ev-central', log });
  const ticker = createProcessTicker(systemClock);
  const bootId = `${systemClock.now().toString(36)}-${randomBytes(3).toString('hex')}`;
  const { gateways, rules } = openPayments(config.payments, { env: process.env, nowMs: () => systemClock.now() });
  const token = writeOperatorToken(config.dataDir, randomBytes);
  closers.push(() => removeOperatorToken(config.dataDir));
  const mailer = openMailer(config, (text) => say(life, 'info', text));
  closers.push(() => mailer.close());
  const central = createCentral({
    store, bus, clock: systemClock, ticker, bootId, token, board, log, randomBytes,
    defer: socketsFirst(), sleep: async (ms) => void await sleep(ms),
    openAhead: createOpenerThread,
    comparePassword: (password, hash) => compare(password, hash), sendLetter: mailer.send,
    settings: coreSettings(config, issuer, rules), gateways,
    replicationFactor: config.replication, fatal: (error) => fatal(life, error),
    changed: () => life.screen?.refresh(),
  });
  const tls = await certificate(config, config.host);
  const server = await listen({
    host: config.host, port: config.port, tls, insecure: config.insecure, insecureFlag: '--insecure',
    portFlag: '--port', maxConnections: LIMITS.connections, ticker, nowMs: systemClock.now, log,
    heartbeatData: () => ({ central: 'connected' }), onLink: (link, address) => central.links.take(link, address),
  });
  // What came in is written first; links that close after that are no news for the points.
  closers.push(() => server.close(), () => central.stop());
  await openApi(life, central, { store, files: { database, masterKeyFile } });
  const address = `${config.host}:${server.port}`;
  life.running = { central, address };
  say(life, 'info', `listening on ${address}${tls === null ? '' : ' with TLS'}`);
  log('info', 'listening', { address, tls: tls !== null, database, brokers: config.brokers });
  if (issuer === null) say(life, 'info', 'No invoices are made: --issuer names the file that says who issues them.');
  central.start();
}

/** The REST API, where it is not turned off. It ends before the rest: what it has asked for is answered. */
async function openApi(
  life: Life, central: Central, stored: { store: Store; files: BookFiles },
): Promise<void> {
  const { config, openedLog: { log }, closers } = life;
  const settings = apiSettings(config);
  if (settings === null) return;
  const { startApi } = await import('./api/server.ts');
  const tls = await certificate(config, settings.host);
  const evidence = createEvidenceShelf(config.database === null ? config.dataDir : dirname(config.database));
  const ports = apiPorts({ central, ...stored, evidence, log, randomBytes });
  const api = await startApi(ports, { ...settings, tls });
  closers.push(() => api.close());
  say(life, 'info', `REST API on ${settings.host}:${api.port}${tls === null ? '' : ' with TLS'}`);
  log('info', 'api-listening', { address: `${settings.host}:${api.port}`, tls: tls !== null });
}

/** Off the loopback there is TLS, unless somebody says what that gives up. */
async function certificate(config: CentralConfig, host: string): Promise<ServerTls | null> {
  const isWanted = config.tls || (!isLoopback(host) && !config.insecure);
  return isWanted ? loadServerTls(config.tlsDir, [...new Set([config.host, config.apiHost])]) : null;
}

/**
 * How the input loop puts its next batch off: Node accepts one connection in a turn of its event loop, so after a
 * long batch the sockets get a turn for each of its milliseconds. Otherwise ten thousand monitors would wait behind a
 * backlog.
 */
function socketsFirst(): (run: () => void) => void {
  let lastMs = 0;
  return (run) => {
    let turns = Math.min(MOST_TURNS, Math.ceil(lastMs));
    const turn = (): void => {
      turns -= 1;
      if (turns > 0) return void setImmediate(turn);
      const startedMs = performance.now();
      run();
      lastMs = performance.now() - startedMs;
    };
    setImmediate(turn);
  };
}

function waitAsStandby(life: Life, database: string): void {
  const text = `Another EV_Central works on ${database}. This one waits as a standby and takes over when it is gone.`;
  life.standby = { sinceMs: systemClock.now(), text };
  say(life, 'warn', text);
  life.openedLog.log('warn', 'standby', { database });
}

async function openScreen(life: Life, stop: () => void): Promise<void> {
  const { openCentralScreen } = await import('./ui/screen.ts');
  life.screen = openCentralScreen({ view: () => view(life), actions: actions(life), onQuit: stop });
}

function view({ config, board, running, standby, startedAtMs }: Life): CentralView {
  const nowMs = systemClock.now();
  if (running === null) {
    const waits = standby ?? { sinceMs: startedAtMs, text: 'Starting …' };
    return standbyView(waits, board, `${config.host}:${config.port}`, nowMs);
  }
  const { central: { state, outboxRows, deadLetters }, address } = running;
  return buildView({ state, board, address, outboxRows, deadLetters, startedAtMs }, nowMs);
}

function actions(life: Life): CentralActions {
  return {
    order: (order) => life.running?.central.order(order, CONSOLE) ?? { ok: false, text: NOT_RUNNING },
    whyNot: (order) => (life.running === null ? NOT_RUNNING : whyNot(life.running.central.state, order)),
    query: (what, filter, after, limit): Promise<QueryPage> => {
      const page = life.running?.central.read({ role: 'admin', userId: null }, { what, filter, after, limit });
      return Promise.resolve(page ?? { rows: [], next: null, error: NOT_RUNNING });
    },
  };
}

const NOT_RUNNING = 'This EV_Central does not work yet.';

function say({ board, screen }: Life, level: 'info' | 'warn' | 'error', text: string): void {
  board.add(systemClock.now(), level, text);
  screen?.refresh();
}

/** Ends in order, once. */
async function end(life: Life): Promise<void> {
  if (life.ending.signal.aborted) return;
  life.ending.abort();
  setTimeout(() => process.exit(), END_MS).unref();
  life.openedLog.log('info', 'ending');
  while (life.closers.length > 0) {
    try {
      await life.closers.pop()?.();
    } catch (error) {
      life.openedLog.log('error', 'end-failed', { error });
    }
  }
  life.screen?.close();
  await life.openedLog.close();
  process.exit();
}

/** Ends at once: memory is a cache of the database, and after this nothing in it is to be trusted. */
function fatal(life: Life, error: unknown): void {
  if (life.ending.signal.aborted) return;
  life.ending.abort();
  // A start that failed is said in one line, below; what ends a running Central belongs in its log too.
  if (life.running !== null) life.openedLog.log('error', 'fatal', { error });
  life.screen?.close();
  exitWith(error);
  if (!(error instanceof Failure) || error.retry) {
    process.stderr.write('EV_Central can be started again; with --supervise it starts again by itself.\n');
  }
  void life.openedLog.close().finally(() => process.exit());
}

function makeFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new Failure('not-writable', `cannot make the data folder ${dir}: use another --data-dir`, cause);
  }
}
