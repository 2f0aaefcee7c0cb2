// The life of a notifier: takes the lock of its database, opens its ways in and out, and ends in order.
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openBus, parseBrokers } from '../shared/bus/connection.ts';
import { systemClock } from '../shared/clock.ts';
import { exitWith, parseAddress } from '../shared/config.ts';
import { Failure } from '../shared/failure.ts';
import { describeError, type Log, openLog } from '../shared/log.ts';
import type { Screen } from '../shared/screen/handle.ts';
import { readServiceKeys, serviceToken } from '../shared/service-key.ts';
import { acquireLock } from '../shared/sqlite/lock.ts';
import { createProcessTicker } from '../shared/wire/awake-timer.ts';
import { tcpConnect } from '../shared/wire/tcp-socket.ts';
import { loadClientTls } from '../shared/wire/tls.ts';
import { CentralLine } from './central-line.ts';
import { type NotifierConfig, openChannels } from './channels/channels.ts';
import { EventReader } from './event-reader.ts';
import { Notifier } from './notifier.ts';
import { openNotifierStore } from './store/store.ts';
import type { NotifierView } from './ui/view.ts';

const DAY_MS = 24 * 3_600_000;
/** What is in the air at the end has so long to come down; what then has not is sent again at the next start. */
const END_MS = 3_000;
const LEAVE_MS = 2_000;

export function databaseFile({ dataDir }: Pick<NotifierConfig, 'dataDir'>): string {
  return join(dataDir, 'notifier.db');
}

/** Runs until it is told to end. Throws `Failure` when it cannot start. */
export async function serve(config: NotifierConfig): Promise<void> {
  const withScreen = !config.noUi && process.stdin.isTTY && process.stdout.isTTY;
  const openedLog = openLog({ dir: config.logDir, name: 'ev-notifier', console: !withScreen });
  const closers: (() => unknown)[] = [];
  const ending = { is: false };
  const end = async (error?: unknown): Promise<void> => {
    if (ending.is) return;
    ending.is = true;
    setTimeout(() => process.exit(), END_MS + LEAVE_MS).unref();
    if (error !== undefined) openedLog.log('error', 'ends', { why: describeError(error) });
    for (const close of closers.reverse()) await Promise.resolve(close()).catch(() => undefined);
    if (error !== undefined) exitWith(error);
    await openedLog.close();
    process.exit();
  };
  process.on('SIGINT', () => void end()).on('SIGTERM', () => void end()).on('SIGHUP', () => void end());
  process.on('uncaughtException', (error) => void end(error)).on('unhandledRejection', (error) => void end(error));
  try {
    await open(config, { closers, log: openedLog.log, withScreen, end: (error) => void end(error) });
  } catch (error) {
    await end(error);
  }
}

type Life = {
  readonly closers: (() => unknown)[]; readonly log: Log; readonly withScreen: boolean;
  readonly end: (error?: unknown) => void;
};

async function open(config: NotifierConfig, life: Life): Promise<void> {
  const { closers, log, end } = life;
  if (config.serviceKeyFile === null) {
    throw new Failure('bad-configuration', 'which key opens the events? --service-key-file FILE, made with: '
      + 'ev-central admin service-key notifier --json > FILE; chmod 600 FILE');
  }
  const keys = readServiceKeys(config.serviceKeyFile);
  const channels = openChannels(config, () => systemClock.now());
  closers.push(() => channels.close());
  const store = openStore(config, closers);
  let screen: Screen | null = null;
  const ticker = createProcessTicker(systemClock);
  const refresh = (): void => screen?.refresh();
  const line = new CentralLine({
    connect: connectOf(config), ticker, clock: systemClock, log, token: serviceToken(keys[0]), onState: refresh,
  });
  const notifier = new Notifier({
    store, log, clock: systemClock, random: Math.random, senders: channels.senders, onChange: refresh, fatal: end,
    keepMs: config.keepDays * DAY_MS, ask: (question) => line.ask(question),
    settings: {
      channels: new Set(channels.senders.keys()), endpoints: channels.endpoints, mostFailures: config.tries,
      perSecond: config.perSecond, perPersonHour: config.perPersonHour,
    },
  });
  const bus = openBus({ brokers: parseBrokers(config.brokers), clientId: 'ev-notifier', log });
  const reader = new EventReader({
    bus, store, keys, topicPrefix: config.topicPrefix, clock: systemClock, log,
    groupId: `ev-notifier-${systemClock.now().toString(36)}-${randomBytes(3).toString('hex')}`,
    take: (events, beside) => notifier.takeEvents(events, beside), say: (level, text) => notifier.say(level, text),
  });
  closers.push(() => bus.close(), () => line.close(), () => notifier.end(END_MS), () => reader.close(),
    ticker.subscribe(() => notifier.tick()));
  if (life.withScreen) {
    const { openNotifierScreen } = await import('./ui/screen.ts');
    const startedAtMs = systemClock.now();
    const view = (): NotifierView => ({
      nowMs: systemClock.now(), startedAtMs, central: line.view(), centralAddress: config.central,
      busUp: bus.state() === 'up', brokers: config.brokers, channels: [...channels.senders.keys()],
      endpoints: channels.endpoints.map(({ name }) => name), log: store.log({ limit: 100 }), ...notifier.view(),
    });
    screen = openNotifierScreen({ view, actions: {}, onQuit: () => end() });
    closers.push(() => screen?.close());
  }
  line.start();
  notifier.start();
  log('info', 'started', { central: config.central, brokers: config.brokers, channels: [...channels.senders.keys()] });
  if (channels.senders.size === 0) notifier.say('warn', 'No channel is set up: nobody is told of anything.');
  await reader.start();
}

function openStore(config: NotifierConfig, closers: (() => unknown)[]): ReturnType<typeof openNotifierStore> {
  const file = databaseFile(config);
  try {
    mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new Failure('not-writable', `cannot make the folder ${config.dataDir}: use another --data-dir`, cause);
  }
  const lock = acquireLock(file);
  if (lock === null) {
    throw new Failure('database-locked', `another ev-notifier uses ${file}: end it, or give another --data-dir`);
  }
  closers.push(() => lock.release());
  const store = openNotifierStore(file, {
    clock: systemClock, newId: () => `n${randomBytes(4).toString('hex')}`,
  });
  closers.push(() => store.close());
  return store;
}

function connectOf({ central, tlsCa, insecure }: NotifierConfig): ReturnType<typeof tcpConnect> {
  const address = parseAddress(central);
  if (address === null) throw new Failure('bad-configuration', `${central} is no address: write host:port`);
  const tls = tlsCa === null ? null : loadClientTls({ caFile: tlsCa });
  return tcpConnect({ ...address, tls, insecure, insecureFlag: '--insecure' });
}
