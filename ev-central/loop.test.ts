import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Failure } from '../shared/failure.ts';
import { pointId } from '../shared/ids.ts';
import { createTicker } from '../shared/wire/awake-timer.ts';
import { startTestCentral, type TestCentral, waitFor } from './central-for-tests.ts';
import { createState } from './core/handle.ts';
import type { Input } from './core/inputs.ts';
import { DEFAULT_SETTINGS } from './core/settings.ts';
import { type Batch, type Committed, InputLoop, type LoopOptions } from './loop.ts';
import { MemoryBus } from './memory-bus.ts';
import { LIMITS } from '../shared/limits.ts';

const folders: string[] = [];
const running: TestCentral[] = [];

afterEach(async () => {
  for (const central of running.splice(0)) await central.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function databaseFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ev-loop-'));
  folders.push(folder);
  return join(folder, 'central.db');
}

/** A loop whose steps the test drives. */
function driven(change: Partial<LoopOptions> = {}) {
  const time = { nowMs: 1_000_000, monotonicMs: 0 };
  const deferred: (() => void)[] = [];
  const [batches, committed, fatals]: [Batch[], Committed[], unknown[]] = [[], [], []];
  const poison: string[] = [];
  const state = createState(DEFAULT_SETTINGS);
  const ticker = createTicker(() => time.monotonicMs);
  const loop = new InputLoop({
    state, ticker, log: () => undefined,
    core: { handle: () => [], endBatch: () => [] },
    store: {
      hydrate: () => undefined, commit: (_state, batch) => void batches.push(batch),
      notePoison: (places) => void poison.push(...places),
    },
    clock: { now: () => time.nowMs, monotonic: () => time.monotonicMs },
    defer: (run) => void deferred.push(run),
    committed: (c) => void committed.push(c), fatal: (error) => void fatals.push(error), ...change,
  });
  const run = (): void => deferred.splice(0).forEach((step) => step());
  return { loop, run, state, batches, committed, fatals, poison, time, ticker };
}

const tick: Input = { kind: 'tick' };

/** A core whose end of a batch fails. */
function failing(error: () => Error): Partial<LoopOptions> {
  return { core: { handle: () => [], endBatch: () => {
    throw error();
  } } };
}

test('inputs that wait together are written in one transaction, with their offsets', async () => {
  const { loop, run, batches } = driven();
  loop.give(tick);
  const offset = { topic: 'ev.facts', partition: 0, epoch: 0, next: 3 };
  const pushed = loop.push({ count: 2, inputs: () => [tick, tick], offsets: () => [offset], outboxDone: [7] });
  expect(batches).toEqual([]);
  run();
  await pushed;
  expect(batches).toMatchObject([{ offsets: [offset], outboxDone: [7] }]);
  expect(loop.waiting).toBe(0);
});

test('a batch takes nothing more in after its time: links are read between two of them', () => {
  const { loop, run, batches, time } = driven({ core: { endBatch: () => [], handle: () => {
    time.monotonicMs += LIMITS.batchMs / 2;
    return [];
  } } });
  for (let n = 0; n < 5; n += 1) loop.give(tick);
  run();
  expect([batches.length, loop.waiting]).toEqual([1, 3]);
  run();
  run();
  expect([batches.length, loop.waiting]).toEqual([3, 0]);
});

test('marks of sent rows wait for the next commit instead of getting one of their own', async () => {
  const { loop, run, batches, ticker } = driven();
  const pushed = loop.push({ count: 0, inputs: () => [], outboxDone: [7, 8] });
  run();
  expect(batches).toEqual([]);
  ticker.tick();
  run();
  await pushed;
  expect(batches).toMatchObject([{ outboxDone: [7, 8] }]);
});

test('marks of sent rows are written when the loop stops', async () => {
  const { loop, run, batches } = driven();
  void loop.push({ count: 0, inputs: () => [], outboxDone: [7] });
  const stopped = loop.stop();
  run();
  await stopped;
  expect(batches).toMatchObject([{ outboxDone: [7] }]);
});

test('nothing leaves when the commit fails: the process ends', () => {
  const failure = new Failure('disk-full', 'no space');
  const { loop, run, committed, fatals } = driven({
    store: { hydrate: () => undefined, notePoison: () => undefined, commit: () => {
      throw failure;
    } },
  });
  loop.give(tick);
  run();
  loop.give(tick);
  run();
  expect(fatals).toEqual([failure]);
  expect(committed).toEqual([]);
});

test('a record that the core fails on is counted by its place, and the process ends without a commit', () => {
  const bug = new Error('impossible');
  const { loop, run, batches, fatals, poison } = driven({
    core: { endBatch: () => [], handle: (_state, input) => {
      if (input.kind === 'tick') throw bug;
      return [];
    } },
  });
  const fine: Input = { kind: 'outbox-backlog', rows: 0 };
  void loop.push({ count: 2, inputs: () => [fine, tick], place: (at) => `ev.facts/0@${41 + at}` });
  run();
  expect(poison).toEqual(['ev.facts/0@42']);
  expect(fatals).toEqual([bug]);
  expect(batches).toEqual([]);
});

test('when a commit fails on what it writes, every record of the batch is a suspect', () => {
  const { loop, run, fatals, poison } = driven(failing(() => new Error('a number that SQLite cannot hold')));
  loop.give(tick);
  void loop.push({ count: 2, inputs: () => [tick, tick], place: (at) => `ev.facts/0@${41 + at}` });
  void loop.push({ count: 1, inputs: () => [tick], place: () => 'ev.meter/0@7' });
  run();
  expect(poison).toEqual(['ev.facts/0@41', 'ev.facts/0@42', 'ev.meter/0@7']);
  expect(fatals).toHaveLength(1);
});

test('a full disk is no record’s fault, in a commit or when a row is looked up', () => {
  const full = (): Failure => new Failure('disk-full', 'no space');
  const poison: string[] = [];
  const notePoison = (places: readonly string[]): void => void poison.push(...places);
  const fail = (): never => {
    throw full();
  };
  for (const store of [
    { hydrate: () => undefined, commit: fail, notePoison }, { hydrate: fail, commit: () => undefined, notePoison },
  ]) {
    const { loop, run, fatals } = driven({ store });
    void loop.push({ count: 1, inputs: () => [tick], place: () => 'ev.facts/0@41' });
    run();
    expect(fatals).toHaveLength(1);
  }
  expect(poison).toEqual([]);
});

test('a suspect gets a batch of its own: neither what waits before it nor what waits behind shares its fate', () => {
  const { loop, run, batches, committed } = driven();
  loop.give(tick);
  void loop.push({ count: 1, inputs: () => [tick], alone: true, outboxDone: [7] });
  void loop.push({ count: 1, inputs: () => [tick], alone: true });
  loop.give(tick);
  for (let i = 0; i < 4; i += 1) run();
  expect(committed.map(({ inputs }) => inputs.length)).toEqual([1, 1, 1, 1]);
  expect(batches[1]).toMatchObject({ outboxDone: [7] });
});

test('deadlines move by the time in which the process was not awake', () => {
  const { loop, run, time, ticker, state: { deadlines } } = driven();
  deadlines.add('command', 'x#1', 1_005_000);
  time.nowMs += 60_000;
  time.monotonicMs += 60_000; // nobody looked at the ticker for a minute: stopped
  ticker.tick();
  loop.give(tick);
  run();
  expect(deadlines.take(time.nowMs + 4_000)).toBeUndefined();
  expect(deadlines.take(time.nowMs + 5_001)).toMatchObject({ id: 'x#1' });
});

test('a clock that is set back an hour keeps nothing back for an hour', () => {
  const { loop, run, time, ticker, state } = driven();
  state.resendAskedMs.set(pointId('ALC-01'), time.nowMs);
  state.restingUntilMs.set('ALC-01/1', time.nowMs + 5_000);
  time.nowMs -= 3_600_000;
  ticker.tick();
  loop.give(tick);
  run();
  expect(state.resendAskedMs.get(pointId('ALC-01'))).toBeLessThanOrEqual(time.nowMs);
  expect(state.restingUntilMs.get('ALC-01/1')).toBeLessThanOrEqual(time.nowMs + 5_000);
});

test('whoever can hold back is told when the queue is full, and when it has room again', async () => {
  const { loop, run } = driven();
  const many = LIMITS.queueInputs;
  void loop.push({ count: many, inputs: () => [] });
  expect(loop.full).toBe(true);
  const room = loop.whenRoom();
  run();
  await room;
  expect(loop.full).toBe(false);
});

test('what was committed and not sent before a crash is sent after the restart, once and in order', async () => {
  const file = databaseFile();
  const bus = new MemoryBus();
  bus.set('down');
  const first = await startTestCentral({ file, bus });
  const ordered = await first.central.order({
    kind: 'set-operative', scope: { kind: 'all' }, operative: false, note: '',
  }, 'test');
  expect(ordered.ok).toBe(true);
  const waiting = first.store.pendingOutbox('others', 0, 100).map((row) => row.messageId);
  expect(waiting.length).toBeGreaterThan(0);
  await first.close();
  const again = new MemoryBus();
  const second = await startTestCentral({ file, bus: again });
  running.push(second);
  await waitFor(() => second.store.outboxSize() === 0);
  const sent = again.log('ev.events').records.map((record) => record.headers['mid'] ?? '');
  expect(sent).toEqual(waiting.filter((id) => sent.includes(id)));
  expect(sent.length).toBeGreaterThan(0);
});
