import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { BusRecord } from '../../shared/bus/port.ts';
import { keyId } from '../../shared/ids.ts';
import { CENTRAL, seal, sealKey } from '../../shared/seal.ts';
import type { KeyRow } from '../core/rows.ts';
import { createKeyRing } from './key-ring.ts';
import { createOpenerThread, type OpenAhead } from './opener-thread.ts';
import { openPack, packSealed, textsOf } from './sealed-pack.ts';

const TOPIC = 'ev.meter';
const MATERIAL = Array.from({ length: 3 }, () => randomBytes(32).toString('base64'));
const KEYS = MATERIAL.map((keyBase64, i) => sealKey(`p-k7f2-${i}`, keyBase64));

let thread: OpenAhead | undefined;
afterEach(() => thread?.close());

function sealed(text: string, keyNo: number, i = 0) {
  const key = KEYS[keyNo] ?? sealKey('p-none', randomBytes(32).toString('base64'));
  return seal(key, 'up', TOPIC, { from: `ALC-${keyNo}`, to: CENTRAL, mid: `m-${i}` }, text);
}

function record(text: string, keyNo: number, offset: number): BusRecord {
  const { headers, value } = sealed(text, keyNo, offset);
  return { topic: TOPIC, partition: 0, offset, key: 'ALC', headers, value, timestampMs: 0 };
}

function ring() {
  const rows = new Map(KEYS.map(({ keyId: id }, i): [string, KeyRow] => [id, {
    keyId: keyId(id), kind: 'point', ownerId: `ALC-${i}`, keyBase64: MATERIAL[i] ?? '', createdAtMs: 0,
    expiresAtMs: null, replacedAtMs: null, revokedAtMs: null,
  }]));
  return createKeyRing((id) => rows.get(id));
}

describe('a pack of sealed records', () => {
  it('gives every text back that was sealed, and none that was not sealed so', () => {
    const some = fc.record({ text: fc.string({ unit: 'binary', minLength: 1 }), keyNo: fc.integer({ min: 0, max: 2 }),
      spoilt: fc.boolean() });
    fc.assert(fc.property(fc.array(some, { maxLength: 20 }), (list) => {
      const records = list.map(({ text, keyNo, spoilt }, i) => {
        const { headers, value } = sealed(text, keyNo, i);
        return { topic: TOPIC, value, headers: spoilt ? { ...headers, from: 'ALC-9' } : headers };
      });
      const pack = packSealed(records, (kid) => KEYS.findIndex((key) => key.keyId === kid));
      openPack(pack, KEYS.map(({ up }) => up));
      const textOf = textsOf(pack);
      list.forEach(({ text, spoilt }, i) => {
        expect(textOf(i)).toBe(spoilt ? undefined : Buffer.from(text).toString());
      });
    }));
  });

  it('opens nothing with a key that is not there, and no value that is too short', () => {
    const whole = { topic: TOPIC, ...sealed('x', 5) };
    const short = { topic: TOPIC, ...sealed('x', 0), value: Buffer.alloc(5) };
    const pack = packSealed([whole, short], (kid) => KEYS.findIndex((key) => key.keyId === kid));
    openPack(pack, KEYS.map(({ up }) => up));
    expect([textsOf(pack)(0), textsOf(pack)(1)]).toEqual([undefined, undefined]);
  });
});

describe('the opener thread', () => {
  it('opens long batches in their order, whichever key each record names, several batches at once', async () => {
    thread = createOpenerThread({ keys: ring(), log: () => undefined });
    const batches = [300, 450, 200].map((count, b) =>
      Array.from({ length: count }, (_unused, i) => record(`${b}/${i} ñ€`, i % 3, i)));
    const opened = await Promise.all(batches.map((batch) => thread?.open(batch)));
    for (const [b, batch] of batches.entries()) {
      expect(batch.map((_record, i) => opened[b]?.(i))).toEqual(batch.map((_record, i) => `${b}/${i} ñ€`));
    }
  });

  it('leaves to its turn what is of an unknown key, what is spoilt, and short batches', async () => {
    thread = createOpenerThread({ keys: ring(), log: () => undefined });
    const batch = Array.from({ length: 250 }, (_unused, i) => record('text', i % 3, i));
    batch[7] = record('of nobody', 5, 7);
    batch[8] = { ...record('spoilt', 1, 8), headers: { ...record('spoilt', 1, 8).headers, mid: 'm-other' } };
    const textOf = await thread.open(batch);
    expect([textOf(6), textOf(7), textOf(8), textOf(9)]).toEqual(['text', undefined, undefined, 'text']);
    expect((await thread.open(batch.slice(0, 20)))(0)).toBeUndefined();
  });

  it('holds nobody back when it is closed', async () => {
    thread = createOpenerThread({ keys: ring(), log: () => undefined });
    const batch = Array.from({ length: 5_000 }, (_unused, i) => record('text', i % 3, i));
    const opening = thread.open(batch);
    await thread.close();
    await opening;
    expect((await thread.open(batch))(0)).toBeUndefined();
  });
});
