import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { messageId, pointId } from '../shared/ids.ts';
import type { Log } from '../shared/log.ts';
import { type Command, type Fact, factSchema, parseMessage } from '../shared/messages/catalogue.ts';
import type { HealthCheck } from '../shared/messages/health-check.ts';
import { CENTRAL, open, seal, sealKey, type SealKey } from '../shared/seal.ts';
import { createTicker } from '../shared/wire/awake-timer.ts';
import { CommandReader } from './command-reader.ts';
import { authorizing, command, SETUP, START_MS } from './engine-harness.ts';
import { FactSender } from './fact-sender.ts';
import type { JournalFiles } from './journal-files.ts';
import { Journal } from './journal.ts';
import { MemoryBus } from './memory-bus.ts';
import { MeterSender } from './meter-sender.ts';
import { type Hosted, Station } from './station.ts';

const POINT = pointId('ALC-01');
const FACTS = 'ev.facts';
const COMMANDS = 'ev.commands';

/** A disk in memory that outlives the process on it. */
function memoryDisk(): JournalFiles & { full: boolean } {
  let data: Buffer | null = null;
  const disk = {
    full: false,
    read: () => data,
    write: (atByte: number, bytes: Buffer) => {
      if (disk.full) return Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
      data = Buffer.concat([(data ?? Buffer.alloc(0)).subarray(0, atByte), bytes]);
      return Promise.resolve();
    },
    replace: (bytes: Buffer) => {
      data = bytes;
      return Promise.resolve();
    },
    keepDamaged: () => 'copy',
    close: () => Promise.resolve(),
  };
  return disk;
}

/** An engine process without its sockets: what main.ts wires, on a disk and a bus in memory and a clock in hand. */
class Process {
  readonly bus: MemoryBus;
  readonly station: Station;
  readonly logged: [string, Record<string, unknown>][] = [];
  readonly ticker;
  hosted: Hosted;
  timeMs = 0;
  readonly #parts: { close(): Promise<void> }[];

  static async start(disk: JournalFiles, bus: MemoryBus): Promise<Process> {
    const made = new Process(await Journal.open(disk, () => undefined), bus);
    await made.settle();
    return made;
  }

  private constructor(journal: Journal, bus: MemoryBus) {
    this.bus = bus;
    this.ticker = createTicker(() => this.timeMs);
    const log: Log = (_level, event, fields) => this.logged.push([event, { ...fields }]);
    const clock = { now: () => START_MS + this.timeMs, monotonic: () => this.timeMs };
    this.station = new Station({
      journal, clock, ticker: this.ticker, log, defer: (run) => void setImmediate(run), speed: 1,
    });
    const { station } = this;
    this.#parts = [
      new FactSender({ station, bus, log }), new MeterSender({ station, bus, log }),
      new CommandReader({ station, bus, log, groupId: 'test' }),
    ];
    this.station.start();
    this.hosted = this.station.addPoint(POINT);
  }

  /** The monitor is there and hands over Central's welcome with this key. */
  async welcome(keyId = 'k1', given: Partial<typeof SETUP> = {}): Promise<void> {
    this.station.take(this.hosted, { kind: 'monitor-up' });
    const frame = { ...SETUP, ...given, key: { ...SETUP.key, keyId } };
    this.station.take(this.hosted, { kind: 'frame', frame, linkOffsetMs: 0 });
    await this.settle();
  }

  async pass(seconds: number): Promise<void> {
    for (let i = 0; i < seconds * 10; i++) {
      this.timeMs += 100;
      this.ticker.tick();
      if (i % 10 === 9) await this.settle();
    }
  }

  /** Waits until nothing moves any more: flushes, sends and the reader's short pause are over. */
  async settle(): Promise<void> {
    for (let i = 0; i < 25; i++) {
      await this.station.settled();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Facts as Central reads them, sealed under one key. */
  sent(keyId = 'k1'): Fact[] {
    return this.bus.sends.flat().filter((record) => record.topic === FACTS).flatMap(({ headers, value }) => {
      const { from = '', to = '', kid = '', mid = '' } = headers;
      const text = open(keyOf(keyId), 'up', FACTS, { from, to, kid, mid }, Buffer.from(value));
      const parsed = text === undefined ? null : parseMessage(factSchema, text);
      return parsed?.ok === true ? [parsed.message] : [];
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#parts.map((part) => part.close()));
    await this.station.close();
  }
}

const keyOf = (keyId: string): SealKey => sealKey(keyId, SETUP.key.keyBase64);
const numbersOf = (facts: readonly Fact[]): number[] => facts.map((fact) => fact.seq);

function sendCommand(bus: MemoryBus, body: Command, options: { to?: string; keyId?: string } = {}): void {
  const ends = { from: CENTRAL, to: options.to ?? POINT, mid: messageId('m') };
  const { headers, value } = seal(keyOf(options.keyId ?? 'k1'), 'down', COMMANDS, ends, JSON.stringify(body));
  bus.append({ topic: COMMANDS, key: 'ALC', headers, value });
}

async function waitFor(what: string, condition: () => boolean): Promise<void> {
  const untilMs = Date.now() + 3_000;
  while (!condition()) {
    if (Date.now() > untilMs) throw new Error(`waited for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

let disk: ReturnType<typeof memoryDisk>;
let bus: MemoryBus;
const running: Process[] = [];
const start = async (): Promise<Process> => {
  const made = await Process.start(disk, bus);
  running.push(made);
  return made;
};
const lastCommand = (process: Process): number => process.hosted.point.kept.lastCommand ?? 0;

beforeEach(() => {
  disk = memoryDisk();
  bus = new MemoryBus();
});
afterEach(async () => {
  for (const process of running.splice(0)) await process.close();
});

describe('facts', () => {
  test('wait for the key, then leave in order, and are deleted when Central has accepted them', async () => {
    const process = await start();
    process.station.take(process.hosted, { kind: 'plug', connectorNo: 1, vehicle: null });
    await process.settle();
    expect(bus.sends).toEqual([]);
    await process.welcome();
    expect(numbersOf(process.sent())).toEqual([1, 2]);
    const { bootId } = process.hosted.point.kept;
    sendCommand(bus, command({ type: 'accepted', bootId, seq: 1, resend: false }));
    await waitFor('the acceptance', () => process.hosted.entry.facts.length === 1);
  });

  test('are sent again when Central stays silent, less and less often', async () => {
    const process = await start();
    await process.welcome();
    const counts: number[] = [];
    for (let i = 0; i < 4; i++) {
      await process.pass(5);
      counts.push(process.sent().length);
    }
    // Again after 5 s, then after 10 s more, then after 20 s more.
    expect(counts).toEqual([2, 2, 3, 3]);
  });

  test('are sent again under a new key and when the bus is back', async () => {
    const process = await start();
    await process.welcome();
    await process.welcome('k2');
    expect(numbersOf(process.sent('k2'))).toEqual([1]);
    bus.setState('down');
    process.station.take(process.hosted, { kind: 'plug', connectorNo: 1, vehicle: null });
    await process.settle();
    expect(numbersOf(process.sent('k2'))).toEqual([1]);
    bus.setState('up');
    await process.settle();
    expect(numbersOf(process.sent('k2'))).toEqual([1, 1, 2]);
  });

  test('do not leave while the disk is full, health says why, and all leave when there is room', async () => {
    const process = await start();
    await process.welcome();
    disk.full = true;
    process.station.take(process.hosted, { kind: 'plug', connectorNo: 1, vehicle: null });
    await process.settle();
    expect([numbersOf(process.sent()), process.hosted.point.live.health.status]).toEqual([[1], 'ko']);
    disk.full = false;
    await process.pass(2);
    expect([numbersOf(process.sent()), process.hosted.point.live.health.status]).toEqual([[1, 2], 'ok']);
  });
});

describe('commands', () => {
  test('for others are dropped unopened, for us they are handled once', async () => {
    const process = await start();
    await process.welcome();
    sendCommand(bus, authorizing({ number: 9 }), { to: 'ALC-02' });
    sendCommand(bus, authorizing({ number: 1 }));
    sendCommand(bus, authorizing({ number: 1 }));
    await waitFor('the command', () => lastCommand(process) === 1);
    await process.settle();
    expect(process.sent().filter((fact) => fact.type === 'command-result').length).toBe(1);
    expect(process.logged.filter(([event]) => event === 'command-dropped')).toEqual([]);
  });

  test('that came while the process was dead are read when it is back', async () => {
    const before = await start();
    await before.welcome();
    sendCommand(bus, authorizing({ number: 1 }));
    await waitFor('the command', () => lastCommand(before) === 1);
    await before.settle();
    await before.close();
    running.pop();
    sendCommand(bus, command({ type: 'set-operative', number: 2, operative: false, note: '' }));
    const after = await start();
    await after.welcome('k1', { nextCommandNumber: 3 });
    await waitFor('the command', () => lastCommand(after) === 2);
    expect(after.hosted.point.kept.operative).toBe(false);
  });

  test('under a key that is still on its way wait for it, and their offset with them', async () => {
    const process = await start();
    await process.welcome();
    sendCommand(bus, authorizing({ number: 1 }), { keyId: 'k2' });
    await waitFor('the reader', () => bus.readers === 1);
    await process.settle();
    expect(lastCommand(process)).toBe(0);
    await process.welcome('k2');
    await waitFor('the command', () => lastCommand(process) === 1);
  });

  test('under a key that is gone are given up as soon as one of our key follows', async () => {
    const process = await start();
    await process.welcome('k2');
    sendCommand(bus, authorizing({ number: 1 }), { keyId: 'k1' });
    sendCommand(bus, authorizing({ number: 2 }), { keyId: 'k2' });
    await waitFor('the command', () => lastCommand(process) === 2);
    expect(process.logged.filter(([event]) => event === 'command-dropped').length).toBe(1);
  });

  test('of a forged record are dropped and logged', async () => {
    const process = await start();
    await process.welcome();
    const headers = { from: CENTRAL, to: POINT, kid: 'k1', mid: 'm' };
    bus.append({ topic: COMMANDS, key: 'ALC', headers, value: Buffer.alloc(60) });
    await waitFor('the drop', () => process.logged.some(([event]) => event === 'command-dropped'));
    expect(lastCommand(process)).toBe(0);
  });
});

describe('samples', () => {
  test('of a large fleet are spread over the second, and each point reports once a second', async () => {
    const engine = await start();
    for (let i = 1; i < 60; i += 1) engine.station.addPoint(pointId(`P-${i}`));
    const far = engine.station.addPoint(pointId('FAR'));
    const at = new Map<string, number[]>([[POINT, []], ['FAR', []]]);
    engine.station.listen({
      samples: (samples) => {
        for (const { hosted } of samples) at.get(hosted.pointId)?.push(engine.timeMs);
      },
    });
    for (const hosted of [engine.hosted, far]) {
      for (const input of [
        { kind: 'monitor-up' }, { kind: 'frame', frame: SETUP, linkOffsetMs: 0 },
        {
          kind: 'frame', linkOffsetMs: 0,
          frame: { v: 1, id: messageId('f'), re: null, type: 'health-check', central: 'connected', clockOffsetMs: 0 },
        },
        { kind: 'command', command: authorizing({ number: 1 }) }, { kind: 'plug', connectorNo: 1, vehicle: null },
      ] as const) engine.station.take(hosted, input);
    }
    await engine.settle();
    for (let i = 0; i < 35; i += 1) {
      engine.timeMs += i === 12 ? 130 : 100; // a late tick delays one report, not those after it
      engine.ticker.tick();
      await engine.settle();
    }
    expect(at).toEqual(new Map([[POINT, [1_000, 2_030, 3_030]], ['FAR', [1_200, 2_230, 3_230]]]));
  });

  test('leave once a second for each charge, with the register that is on the disk', async () => {
    const process = await start();
    await process.welcome();
    const check: HealthCheck = {
      v: 1, id: messageId('f'), re: null, type: 'health-check', central: 'connected', clockOffsetMs: 0,
    };
    process.station.take(process.hosted, { kind: 'plug', connectorNo: 1, vehicle: null });
    sendCommand(bus, authorizing({ number: 1 }));
    await waitFor('the start', () => process.hosted.point.kept.connectors[0]?.session !== null);
    for (let i = 0; i < 3; i++) {
      process.station.take(process.hosted, { kind: 'frame', frame: check, linkOffsetMs: 0 });
      await process.pass(1);
    }
    expect(bus.sends.flat().filter((record) => record.topic === 'ev.meter').length).toBe(3);
  });
});
