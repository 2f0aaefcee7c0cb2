import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { partitionOf } from '../../shared/bus/partition.ts';
import { LIMITS } from '../../shared/limits.ts';
import { encodeFrame } from '../../shared/wire/frame-codec.ts';
import { keyElsewhere } from './bus-tap.ts';
import { inWords, linkEnds, logLines } from './cables.ts';
import { DrillNetwork } from './drill-network.ts';
import { framesIn } from './raw-peer.ts';

const dirs: string[] = [];

afterEach(async () => {
  for (const dir of dirs.splice(0)) await rm(dir, { recursive: true });
});

describe('what the drills read of links', () => {
  it('is in the logs of all processes: why links ended since a moment, in words', async () => {
    const network = await withLogs({
      'ev-central': [
        line(1, 'link-closed', { code: 'slow-frame', detail: 'a frame was not whole' }),
        line(5, 'link-closed', { code: 'slow-frame', detail: 'a frame was not whole' }),
        line(6, 'started', {}), '{"timestamp": "half a li',
      ],
      'ev-driver-fleet': [line(7, 'central-lost', { why: 'closed-by-peer: malformed-frame: byte 7', driverId: 'ana' })],
    });
    expect(inWords(await linkEnds(network, 5))).toBe('slow-frame 1, malformed-frame 1');
    expect((await logLines(network, 7)).map(({ process, event, driverId }) => ({ process, event, driverId })))
      .toEqual([{ process: 'ev-driver-fleet', event: 'central-lost', driverId: 'ana' }]);
  });

  it('is nothing when nothing has ended', async () => {
    expect(inWords(await linkEnds(await withLogs({ 'ev-central': [line(1, 'started', {})] }), 0))).toBe('');
  });
});

describe('what the drills capture', () => {
  it('is taken apart into frames, each with the bytes that were on the wire', () => {
    const [first, second] = [encodeFrame('{"n":1,"type":"ping"}'), encodeFrame('{"n":2,"type":"pong"}')];
    const stream = Buffer.concat([Buffer.of(0x05), first, Buffer.of(0x06), second, Buffer.of(0x02, 0x7b)]);
    expect(framesIn(stream).map(({ payload, bytes }) => [payload['type'], bytes])).toEqual([
      ['ping', first], ['pong', second],
    ]);
  });

  it('can be written to another partition than its own', () => {
    for (const key of ['QUAY', 'ana', '']) {
      expect(partitionOf(keyElsewhere(key), LIMITS.partitions)).not.toBe(partitionOf(key, LIMITS.partitions));
    }
  });
});

function line(atMs: number, message: string, fields: object): string {
  return JSON.stringify({ level: 'warn', message, timestamp: new Date(atMs).toISOString(), ...fields });
}

async function withLogs(logs: Readonly<Record<string, readonly string[]>>): Promise<DrillNetwork> {
  const dir = await mkdtemp(join(tmpdir(), 'ev-drill-logs-'));
  dirs.push(dir);
  await mkdir(join(dir, 'log'));
  for (const [process, lines] of Object.entries(logs)) {
    const text = lines.map((each) => each.replace('"timestamp"', `"process":"${process}","timestamp"`)).join('\n');
    await writeFile(join(dir, 'log', `${process}.log`), text);
  }
  return new DrillNetwork({ dir, brokers: '', topicPrefix: '' });
}
