// What a stranger who can write to the topic of commands cannot do: his records' headers alone move nothing.
import { expect, test } from 'vitest';
import { messageId, pointId } from '../shared/ids.ts';
import { CENTRAL, seal, sealKey } from '../shared/seal.ts';
import { createTicker } from '../shared/wire/awake-timer.ts';
import { CommandReader } from './command-reader.ts';
import { authorizing, SETUP, START_MS } from './engine-harness.ts';
import type { JournalFiles } from './journal-files.ts';
import { Journal } from './journal.ts';
import { MemoryBus } from './memory-bus.ts';
import { Station } from './station.ts';

const POINT = pointId('ALC-01');
const COMMANDS = 'ev.commands';
const NO_DISK: JournalFiles = {
  read: () => null, write: () => Promise.resolve(), replace: () => Promise.resolve(), keepDamaged: () => '',
  close: () => Promise.resolve(),
};

async function waitFor(what: string, condition: () => boolean): Promise<void> {
  const untilMs = Date.now() + 4_000;
  while (!condition()) {
    if (Date.now() > untilMs) throw new Error(`waited for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('a forged record under our key’s name does not drop the commands that wait for their key', async () => {
  const bus = new MemoryBus();
  const logged: string[] = [];
  const station = new Station({
    journal: await Journal.open(NO_DISK, () => undefined), clock: { now: () => START_MS, monotonic: () => 0 },
    ticker: createTicker(() => 0), log: () => undefined, defer: (run) => void setImmediate(run), speed: 1,
  });
  const reader = new CommandReader({
    station, bus, log: (_level, event) => void logged.push(event), groupId: 'test', wait: (_ms, run) => {
      setImmediate(run);
      return () => undefined;
    },
  });
  station.start();
  const hosted = station.addPoint(POINT);
  const welcome = (keyId: string): void => {
    const frame = { ...SETUP, key: { ...SETUP.key, keyId } };
    station.take(hosted, { kind: 'monitor-up' });
    station.take(hosted, { kind: 'frame', frame, linkOffsetMs: 0 });
  };
  welcome('k1');
  await waitFor('the reader', () => bus.readers === 1);
  // The point's next key is on its way, a command under it is faster; then comes the stranger's record.
  const next = sealKey('k2', SETUP.key.keyBase64);
  const ends = { from: CENTRAL, to: POINT, mid: messageId('m') };
  const { headers, value } = seal(next, 'down', COMMANDS, ends, JSON.stringify(authorizing({ number: 1 })));
  bus.append({ topic: COMMANDS, key: 'ALC', headers, value });
  const forged = { from: CENTRAL, to: POINT, kid: 'k1', mid: 'x' };
  bus.append({ topic: COMMANDS, key: 'ALC', headers: forged, value: Buffer.alloc(60) });
  await waitFor('the forged record', () => logged.includes('command-dropped'));
  welcome('k2');
  await waitFor('the command', () => (hosted.point.kept.lastCommand ?? 0) === 1);
  expect(logged.filter((event) => event === 'command-dropped')).toEqual(['command-dropped']);
  await reader.close();
  await station.close();
});
