import { afterEach, describe, expect, test } from 'vitest';
import { pointId } from '../shared/ids.ts';
import { createTicker } from '../shared/wire/awake-timer.ts';
import { LinkClient } from '../shared/wire/client.ts';
import type { JsonObject } from '../shared/wire/json.ts';
import { type LinkServer, listen } from '../shared/wire/server.ts';
import { tcpConnect } from '../shared/wire/tcp-socket.ts';
import type { JournalFiles } from './journal-files.ts';
import { Journal } from './journal.ts';
import { createMonitorServer } from './monitor-server.ts';
import { createRoster } from './roster.ts';
import { Station } from './station.ts';

const NO_DISK: JournalFiles = {
  read: () => null, write: () => Promise.resolve(), replace: () => Promise.resolve(), keepDamaged: () => '',
  close: () => Promise.resolve(),
};

/** An engine's port over real sockets, its time in the test's hand. */
class Port {
  timeMs = 0;
  readonly ticker = createTicker(() => this.timeMs);
  readonly station: Station;
  readonly clients: LinkClient[] = [];
  server: LinkServer | undefined;

  static async open(pairingCode: string | null = null): Promise<Port> {
    const port = new Port(await Journal.open(NO_DISK, () => undefined));
    const roster = createRoster({ station: port.station, id: null, fleet: null });
    const log = (): void => undefined;
    port.server = await listen({
      host: '127.0.0.1', port: 0, tls: null, insecure: false, insecureFlag: '', portFlag: '', maxConnections: 10,
      ticker: port.ticker, nowMs: Date.now, log,
      onLink: createMonitorServer({ station: port.station, log, pairingCode, pointFor: roster.pointFor }),
    });
    return port;
  }

  constructor(journal: Journal) {
    const clock = { now: Date.now, monotonic: () => this.timeMs };
    this.station = new Station({
      journal, clock, ticker: this.ticker, log: () => undefined, defer: (run) => void setImmediate(run), speed: 1,
    });
  }

  /** A monitor that says hello; what it was told. */
  monitor(name: string, pairingCode: string | null = null): { told: JsonObject[]; ends: string[]; check(): void } {
    const told: JsonObject[] = [];
    const ends: string[] = [];
    const connect = tcpConnect({
      host: '127.0.0.1', port: this.server?.port ?? 0, tls: null, insecure: false, insecureFlag: '',
    });
    const client = new LinkClient({
      connect, ticker: this.ticker, nowMs: Date.now, random: () => 0,
      onOpen: (link) => {
        link.onMessage = (message) => told.push(message);
        link.send({ v: 1, id: 'hello', type: 'hello-engine', pointId: pointId(name), pairingCode });
      },
      onClose: (reason) => {
        ends.push(`${reason.code}: ${reason.detail}`);
        return 'stop';
      },
    });
    this.clients.push(client);
    client.start();
    return {
      told, ends,
      check: () => client.link?.send({
        v: 1, id: 'check', type: 'health-check', central: 'connected', clockOffsetMs: 5,
      }),
    };
  }

  /** Time passes for the engine's rules, but not long enough at once to count as sleep. */
  pass(ms: number): void {
    for (let i = 0; i < ms; i += 500) {
      this.timeMs += 500;
      this.ticker.turn();
    }
  }
}

async function waitFor(what: string, condition: () => boolean): Promise<void> {
  const untilMs = Date.now() + 3_000;
  while (!condition()) {
    if (Date.now() > untilMs) throw new Error(`waited for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const ports: Port[] = [];
const openPort = async (code: string | null = null): Promise<Port> => {
  const port = await Port.open(code);
  ports.push(port);
  return port;
};
afterEach(async () => {
  for (const port of ports.splice(0)) {
    for (const client of port.clients) client.close();
    await port.server?.close();
  }
});

describe('the engine’s port', () => {
  test('takes a monitor, learns its point, and answers health checks', async () => {
    const port = await openPort();
    const monitor = port.monitor('ALC-01');
    await waitFor('the welcome', () => monitor.told.length === 1);
    const bootId = port.station.points.get(pointId('ALC-01'))?.point.kept.bootId;
    expect(monitor.told[0]).toMatchObject({ type: 'welcome-engine', re: 'hello', taken: true, bootId });
    monitor.check();
    await waitFor('the answer', () => monitor.told.length === 2);
    expect(monitor.told[1]).toMatchObject({ type: 'health', re: 'check', status: 'ok', bus: 'down', hasKey: false });
  });

  test('refuses a second monitor while the first one asks, and lets it evict one that is silent', async () => {
    const port = await openPort();
    const first = port.monitor('ALC-01');
    await waitFor('the welcome', () => first.told.length === 1);
    first.check();
    await waitFor('the answer', () => first.told.length === 2);
    const second = port.monitor('ALC-01');
    await waitFor('the refusal', () => second.ends.length === 1);
    expect(second.told[0]).toMatchObject({ taken: false, reason: 'this point has a monitor already' });
    port.pass(4_000);
    const third = port.monitor('ALC-01');
    await waitFor('the eviction', () => first.ends.length === 1);
    expect([third.told[0]?.['taken'], first.ends[0]]).toEqual([true, 'replaced: another monitor has taken this point']);
    expect(port.station.points.get(pointId('ALC-01'))?.point.live.monitor.connected).toBe(true);
  });

  test('asks for the pairing code where one was given', async () => {
    const port = await openPort('4711-code');
    const wrong = port.monitor('ALC-01', 'guess');
    const right = port.monitor('ALC-01', '4711-code');
    await waitFor('both answers', () => wrong.told.length === 1 && right.told.length === 1);
    expect([wrong.told[0]?.['reason'], right.told[0]?.['taken']]).toEqual(['the pairing code is wrong', true]);
  });

  test('is one point: another name is refused while the first one holds', async () => {
    const port = await openPort();
    const first = port.monitor('ALC-01');
    await waitFor('the welcome', () => first.told.length === 1);
    const other = port.monitor('ALC-02');
    await waitFor('the refusal', () => other.told.length === 1);
    expect(other.told[0]).toMatchObject({ taken: false, reason: 'this engine is the point ALC-01' });
  });
});
