// What all the clients of one process share: the ticker, the bus, the log, the directory of points; and the clients,
// made one by one. The screen, the batch, the scripts and the fleet are built on it.
import { randomBytes } from 'node:crypto';
import { openBus, parseBrokers } from '../shared/bus/connection.ts';
import { systemClock } from '../shared/clock.ts';
import { parseAddress, type ConfigOf } from '../shared/config.ts';
import { Failure } from '../shared/failure.ts';
import type { PointId, SiteId, UserId } from '../shared/ids.ts';
import type { Log } from '../shared/log.ts';
import { createProcessTicker, type Ticker } from '../shared/wire/awake-timer.ts';
import { tcpConnect } from '../shared/wire/tcp-socket.ts';
import { loadClientTls } from '../shared/wire/tls.ts';
import { BusLine } from './bus-line.ts';
import type { ClientEvent, Interests } from './client-state.ts';
import { DriverClient } from './driver-client.ts';
import { noStore, openDriverStore, type DriverStore } from './driver-store.ts';
import type { DRIVER_SETTINGS } from './settings.ts';

export type DriverConfig = ConfigOf<typeof DRIVER_SETTINGS>;

export type DriverNode = {
  readonly ticker: Ticker;
  readonly line: BusLine;
  readonly log: Log;
  readonly centralAddress: string;
  readonly timeZone: string;
  openClient(options: {
    driverId: UserId; password: string; code: string | null; interests: Interests; keep: 'now' | 'lazily' | 'nothing';
    onEvent: (event: ClientEvent, client: DriverClient) => void; onChange?: () => void;
  }): DriverClient;
  close(): Promise<void>;
};

const SOFTWARE = 'ev-driver 0.1.0';
const FLUSH_MS = 1_000;

/** Opens what the clients share. Throws `Failure('bad-configuration' | 'tls-required')`. */
export function openDriverNode(config: DriverConfig, name: string, log: Log): DriverNode {
  const address = parseAddress(config.central);
  if (address === null) throw new Failure('bad-configuration', `${config.central} is no address: write host:port`);
  const tls = config.tlsCa === null ? null : loadClientTls({ caFile: config.tlsCa });
  const connect = tcpConnect({ ...address, tls, insecure: config.insecure, insecureFlag: '--insecure' });
  const bootId = randomBytes(6).toString('hex');
  const bus = openBus({ brokers: parseBrokers(config.brokers), clientId: `ev-driver-${name}`, log });
  const line = new BusLine({ bus, groupId: `ev-driver-${name}-${bootId}`, log });
  const ticker = createProcessTicker(systemClock);
  const clients = new Set<{ client: DriverClient; store: DriverStore; lazy: boolean }>();
  const directory = new Map<PointId, SiteId>();
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  let flushDueMs = 0;
  const unsubscribe = ticker.subscribe((awakeMs) => {
    for (const { client } of clients) client.tick(awakeMs);
    if (awakeMs < flushDueMs) return;
    flushDueMs = awakeMs + FLUSH_MS;
    for (const { store, lazy } of clients) if (lazy) store.flush();
  });
  return {
    ticker, line, log, timeZone, centralAddress: config.central,
    openClient({ driverId, password, code, interests, keep, onEvent, onChange }) {
      const lazy = keep === 'lazily';
      const store = keep === 'nothing' ? noStore : openDriverStore({ dir: config.dataDir, driverId, lazy });
      const client: DriverClient = new DriverClient({
        driverId, password, code, interests, timeZone, directory, connect, line, store, ticker, log, software: SOFTWARE,
        clock: systemClock, random: Math.random, newId: () => randomBytes(8).toString('hex'),
        onEvent: (event) => onEvent(event, client), onChange: onChange ?? (() => undefined),
      });
      clients.add({ client, store, lazy });
      client.start();
      return client;
    },
    async close() {
      unsubscribe();
      for (const { client } of clients) client.close();
      await line.close();
    },
  };
}
