import { expect, test } from 'vitest';
import { meterSample } from '../../shared/messages/meter-sample.ts';
import { booted } from '../../shared/messages/booted.ts';
import { charge } from '../../shared/messages/charge.ts';
import { CENTRAL, seal, sealKey } from '../../shared/seal.ts';
import { keyId } from '../../shared/ids.ts';
import type { Input } from '../core/inputs.ts';
import type { KeyRow } from '../core/rows.ts';
import type { PartitionOffset, Work } from '../loop.ts';
import { MemoryBus } from '../memory-bus.ts';
import { createKeyRing } from './key-ring.ts';
import { createIntake, type IntakeOptions } from './intake.ts';
import { parseMeterSample } from './meter-parser.ts';
import { openInTurn } from './opener-thread.ts';
import { waitFor } from '../central-for-tests.ts';

const NOW_MS = 1_763_700_000_000;
const key = (change: Partial<KeyRow>): KeyRow => ({
  keyId: keyId('p-1'), kind: 'point', ownerId: 'ALC-01', keyBase64: Buffer.alloc(32, 1).toString('base64'),
  createdAtMs: 0, expiresAtMs: NOW_MS - 1, replacedAtMs: null, revokedAtMs: null, ...change,
});
const KEYS = new Map([
  key({}), key({ keyId: keyId('p-2'), revokedAtMs: NOW_MS - 5 }),
  key({ keyId: keyId('l-1'), kind: 'login', ownerId: 'ana', expiresAtMs: NOW_MS + 1_000 }),
  key({ keyId: keyId('l-2'), kind: 'login', ownerId: 'ana' }),
].map((row) => [row.keyId, row]));

type Sent = {
  topic?: string; from?: string; to?: string; kid?: string; sealedWith?: string; direction?: 'up' | 'down';
  message?: unknown; text?: string; value?: Buffer;
};

function record(sent: Sent = {}) {
  const { topic = 'ev.facts', from = 'ALC-01', to = CENTRAL, kid = 'p-1', direction = 'up' } = sent;
  const bytes = KEYS.get(keyId(sent.sealedWith ?? kid))?.keyBase64 ?? Buffer.alloc(32, 8).toString('base64');
  const text = sent.text ?? JSON.stringify(sent.message ?? booted.example);
  const { headers, value } = seal(sealKey(kid, bytes), direction, topic, { from, to, mid: 'm-1' }, text);
  return { topic, key: 'ALC', headers, value: sent.value ?? value };
}

function intake(change: Partial<IntakeOptions> = {}) {
  const bus = new MemoryBus();
  const inputs: Input[] = [];
  const offsets: PartitionOffset[] = [];
  const clusters: (string | undefined)[] = [];
  let losses = 0;
  const push = (work: Work): Promise<void> => {
    inputs.push(...work.inputs());
    offsets.push(...work.offsets?.() ?? []);
    clusters.push(work.clusterId);
    return Promise.resolve();
  };
  const it = createIntake({
    bus, push, ahead: openInTurn(), whenRoom: () => Promise.resolve(), keys: createKeyRing((id) => KEYS.get(id)),
    isKnown: (sender) => sender === 'ALC-01' || sender === 'ana',
    stored: { clusterId: 'cluster-1', offsets: topicsAt(0) }, poison: new Map(), anyKeys: () => true,
    onLost: () => {
      losses += 1;
    },
    topicPrefix: 'ev', groupId: 'test', clock: { now: () => NOW_MS, monotonic: () => 0 },
    sleep: () => Promise.resolve(),
    log: () => undefined, ...change,
  });
  return { it, bus, inputs, offsets, clusters, losses: () => losses };
}

const topicsAt = (next: number): PartitionOffset[] =>
  ['ev.requests', 'ev.facts', 'ev.meter'].map((topic) => ({ topic, partition: 0, epoch: 0, next }));

async function inputOf(sent: Sent, change: Partial<IntakeOptions> = {}): Promise<Input | undefined> {
  const { it, bus, inputs } = intake(change);
  await it.start();
  bus.append(record(sent));
  await waitFor(() => inputs.length > 0);
  await it.close();
  return inputs[0];
}

test('what a point and a driver may say becomes an input, with its proved sender', async () => {
  expect(await inputOf({})).toMatchObject({ kind: 'fact', sender: 'ALC-01', keyId: 'p-1' });
  expect(await inputOf({ topic: 'ev.meter', message: meterSample.example })).toMatchObject({ kind: 'meter' });
  const asked = await inputOf({ topic: 'ev.requests', from: 'ana', kid: 'l-1', message: charge.example });
  expect(asked).toMatchObject({ kind: 'request', sender: 'ana' });
});

test.each<[string, string, Sent]>([
  ['a sender that nobody knows', 'unknown-sender', { from: 'XXX', kid: 'p-9' }],
  ['a key that is not the sender’s', 'wrong-key', { from: 'ana' }],
  ['a key that nobody has', 'wrong-key', { kid: 'p-9' }],
  ['a revoked key', 'wrong-key', { kid: 'p-2' }],
  ['an expired key of a log-in', 'wrong-key',
    { topic: 'ev.requests', from: 'ana', kid: 'l-2', message: charge.example }],
  ['a point’s key on the requests', 'wrong-key', { topic: 'ev.requests', message: charge.example }],
  ['another key than it names', 'wrong-key', { sealedWith: 'nobody' }],
  ['the other direction', 'wrong-key', { direction: 'down' }],
  ['a value that was cut', 'wrong-key', { value: Buffer.from('short') }],
  ['another receiver', 'not-for-us', { to: 'ALC-02' }],
  ['no JSON', 'malformed', { text: '{' }],
  ['a bad field', 'malformed', { message: { ...Object(booted.example), seq: -1 } }],
  ['an unknown type', 'unknown-type', { message: { ...Object(booted.example), type: 'dance' } }],
  ['a bad meter sample', 'malformed', { topic: 'ev.meter', message: { ...Object(meterSample.example), powerW: 1.5 } }],
  ['words for another point', 'impossible', { message: { ...Object(booted.example), pointId: 'ALC-02' } }],
  ['too many bytes', 'too-large', { value: Buffer.alloc(70_000) }],
])('%s makes a dead letter', async (_what, reason, sent) => {
  expect(await inputOf(sent)).toMatchObject({ kind: 'dead-letter', reason, source: `${sent.topic ?? 'ev.facts'}/0@0` });
});

test('a record whose handling has failed twice is not tried again', async () => {
  const poison = new Map([['ev.facts/0@0~0', 2]]);
  expect(await inputOf({}, { poison })).toMatchObject({ kind: 'dead-letter', reason: 'impossible' });
});

test.each<[string, Sent, Partial<IntakeOptions>]>([
  ['is malformed', { message: { ...Object(booted.example), connectors: 5 } }, {}],
  ['has an unknown type', { message: { ...Object(booted.example), type: 'dance' } }, {}],
  ['failed again and again', {}, { poison: new Map([['ev.facts/0@0~0', 2]]) }],
])('a fact that %s says which one it is, so that its point can go on', async (_what, sent, change) => {
  const { bootId, seq } = booted.example as { bootId: number; seq: number };
  const type = sent.message === undefined ? 'booted' : (sent.message as { type: string }).type;
  expect(await inputOf(sent, change)).toMatchObject({
    kind: 'dead-letter', fact: { pointId: 'ALC-01', bootId, seq, type, sessionId: null },
  });
});

test('a fact that does not say which one it is is nobody’s to pass over', async () => {
  expect(await inputOf({ text: '{' })).toMatchObject({ kind: 'dead-letter', fact: null });
  expect(await inputOf({ sealedWith: 'nobody' })).toMatchObject({ kind: 'dead-letter', fact: null });
});

test('a record that stands where another had failed before the log was lost is handled as any other', async () => {
  const poison = new Map([['ev.facts/0@0~0', 2]]);
  const stored = { clusterId: 'cluster-1', offsets: topicsAt(0).map((at) => ({ ...at, epoch: 1 })) };
  expect(await inputOf({}, { poison, stored })).toMatchObject({ kind: 'fact' });
});

test('records that were in a batch that failed are handled one by one, those around them together', async () => {
  const works: { count: number; alone: boolean; place: string | undefined }[] = [];
  const { it, bus } = intake({
    poison: new Map([['ev.facts/0@2~0', 1], ['ev.facts/0@3~0', 1]]),
    push: (work) => {
      const inputs = [...work.inputs()];
      works.push({ count: inputs.length, alone: work.alone === true, place: work.place?.(0) });
      work.offsets?.();
      return Promise.resolve();
    },
  });
  for (let i = 0; i < 6; i += 1) bus.append(record());
  await it.start();
  await waitFor(() => works.reduce((sum, { count }) => sum + count, 0) === 6);
  expect(works.filter(({ alone }) => alone)).toEqual([
    { count: 1, alone: true, place: 'ev.facts/0@2~0' }, { count: 1, alone: true, place: 'ev.facts/0@3~0' },
  ]);
  expect(works.at(-1)).toEqual({ count: 2, alone: false, place: 'ev.facts/0@4~0' });
  await it.close();
});

/** An intake whose works wait until the test takes them, as they do behind a busy loop. */
function waiting(first: number) {
  const works: { work: Work; done: () => void }[] = [];
  const given = intake({
    stored: {
      clusterId: 'cluster-1',
      offsets: topicsAt(0).map((at) => (at.topic === 'ev.facts' ? { ...at, next: first } : at)),
    },
    push: (work) => new Promise((done) => void works.push({ work, done })),
  });
  const handled: [string, PartitionOffset | undefined][] = [];
  const handle = (): void => {
    const next = works.shift();
    for (const { kind } of next?.work.inputs() ?? []) handled.push([kind, undefined]);
    const facts = next?.work.offsets?.().filter(({ topic }) => topic === 'ev.facts') ?? [];
    for (const offset of facts) handled.push(['offset', offset]);
    next?.done();
  };
  return { ...given, works, handle, handled };
}

test('a batch that waits while the log is made anew passes none of the new log’s records over', async () => {
  const { it, bus, works, handle, handled } = waiting(5);
  bus.log('ev.facts').first = 5;
  bus.append(record());
  await it.start();
  await waitFor(() => works.length === 1);
  bus.log('ev.facts').records.splice(0);
  bus.log('ev.facts').first = 0;
  bus.append(record());
  bus.append(record());
  const joined = bus.rejoin();
  await waitFor(() => works.length === 2);
  handle();
  handle();
  await joined;
  await waitFor(() => works.length === 1);
  handle();
  expect(handled).toEqual([
    ['fact', undefined], ['offset', { topic: 'ev.facts', partition: 0, epoch: 0, next: 6 }],
    ['log-lost', undefined], ['offset', { topic: 'ev.facts', partition: 0, epoch: 1, next: 0 }],
    ['fact', undefined], ['fact', undefined], ['offset', { topic: 'ev.facts', partition: 0, epoch: 1, next: 2 }],
  ]);
  await it.close();
});

test('a batch that waits while its records expire in the log is handled all the same', async () => {
  const { it, bus, works, handle, handled } = waiting(0);
  bus.append(record());
  await it.start();
  await waitFor(() => works.length === 1);
  bus.log('ev.facts').records.splice(0);
  bus.log('ev.facts').first = 9;
  const joined = bus.rejoin();
  await waitFor(() => works.length === 2);
  handle();
  handle();
  await joined;
  expect(handled).toEqual([
    ['fact', undefined], ['offset', { topic: 'ev.facts', partition: 0, epoch: 0, next: 1 }],
    ['offset', { topic: 'ev.facts', partition: 0, epoch: 0, next: 9 }],
  ]);
  await it.close();
});

test('records below the stored offset are skipped, and each batch carries where to go on', async () => {
  const { it, bus, inputs, offsets } = intake({ stored: { clusterId: 'cluster-1', offsets: topicsAt(0) } });
  bus.append(record());
  bus.append(record());
  await it.start();
  await waitFor(() => inputs.length === 2);
  expect(offsets.at(-1)).toEqual({ topic: 'ev.facts', partition: 0, epoch: 0, next: 2 });
  await it.close();
});

test.each([
  ['shorter than what was read', 'cluster-1', 9],
  ['of another cluster', 'cluster-0', 0],
])('a log %s is read from its first record in a new epoch, and said loudly', async (_what, clusterId, next) => {
  const { it, bus, inputs, offsets, losses } = intake({ stored: { clusterId, offsets: topicsAt(next) } });
  bus.append(record());
  await it.start();
  await waitFor(() => inputs.length === 2);
  expect(inputs.map((input) => input.kind)).toEqual(['log-lost', 'fact']);
  expect(offsets.filter((o) => o.topic === 'ev.facts').map((o) => [o.epoch, o.next])).toEqual([[1, 0], [1, 1]]);
  expect(losses()).toBe(1);
  await it.close();
});

test('expired records are passed over without a new epoch', async () => {
  const { it, bus, inputs, offsets } = intake({ stored: { clusterId: 'cluster-1', offsets: topicsAt(0) } });
  bus.log('ev.facts').first = 5;
  bus.append(record());
  await it.start();
  await waitFor(() => inputs.length === 1);
  expect(offsets.filter((o) => o.topic === 'ev.facts').map((o) => [o.epoch, o.next])).toEqual([[0, 5], [0, 6]]);
  await it.close();
});

test('a new database begins at the end: what is in the logs was sealed for a network before it', async () => {
  const { it, bus, inputs, offsets, clusters } = intake({
    stored: { clusterId: null, offsets: [] }, anyKeys: () => false,
  });
  bus.append(record());
  await it.start();
  expect(offsets.find((o) => o.topic === 'ev.facts')).toMatchObject({ next: 1 });
  expect(clusters).toEqual(['cluster-1']);
  expect(inputs).toEqual([]);
  await it.close();
});

test('the fast check of meter samples agrees with their schema', () => {
  const example = Object(meterSample.example) as Record<string, unknown>;
  const odd = [null, -1, 1.5, '', 'x'.repeat(200), 'charging', true, {}, 2 ** 60, 0, 17, 101];
  for (const field of Object.keys(example)) {
    for (const value of odd) {
      const message = { ...example, [field]: value };
      const bySchema = meterSample.schema.safeParse(message).success;
      expect([field, value, parseMeterSample(JSON.stringify(message)).ok]).toEqual([field, value, bySchema]);
    }
  }
});

test('one batch of meter samples waits for its commit while the next is read, and none is passed over', async () => {
  const { it, bus, works, handle, handled } = waiting(0);
  await it.start();
  for (let i = 0; i < 3; i += 1) {
    bus.append(record({ topic: 'ev.meter' }));
    await waitFor(() => works.length === Math.min(i + 1, 2));
  }
  handle();
  await waitFor(() => works.length === 2);
  handle();
  handle();
  expect(handled).toHaveLength(3);
  await it.close();
});

test('when the bus comes back, nothing is sent before its logs were compared: what they lost goes first', async () => {
  const { it, bus, losses } = intake({ stored: { clusterId: 'cluster-1', offsets: topicsAt(0) } });
  await it.start();
  await it.whenCompared();
  bus.set('down');
  bus.cluster = 'cluster-2';
  let mayGo = false;
  const waiting = it.whenCompared().then(() => { mayGo = true; });
  await new Promise((resolve) => setImmediate(resolve));
  expect([mayGo, losses()]).toEqual([false, 0]);
  bus.set('up');
  await waiting;
  expect(losses()).toBe(1);
  // The reader, which notices later, finds nothing new.
  await bus.rejoin();
  expect(losses()).toBe(1);
  await it.close();
});

test('who waits for the logs to be compared goes on when the intake is closed', async () => {
  const { it, bus } = intake();
  await it.start();
  await it.whenCompared();
  bus.set('down');
  const waiting = it.whenCompared();
  await it.close();
  await waiting;
});
