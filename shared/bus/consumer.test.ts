import type { ConsumerRunConfig, EachBatchPayload, Kafka } from 'kafkajs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { BusConsumer } from './consumer.ts';
import type { BusHealth } from './health.ts';
import type { LogRange } from './offsets.ts';
import type { BusRecord } from './port.ts';

/** kafkajs's consumers as a test plays them: each is told where to read, and hands over what the test gives it. */
class ScriptedConsumer {
  readonly sought = new Map<number, number>();
  readonly #listeners = new Map<string, (event: unknown) => void>();
  #config: ConsumerRunConfig = {};

  on(event: string, listener: (event: unknown) => void): void {
    this.#listeners.set(event, listener);
  }

  connect = (): Promise<void> => Promise.resolve();
  subscribe = (): Promise<void> => Promise.resolve();
  disconnect = (): Promise<void> => Promise.resolve();

  seek({ partition, offset }: { partition: number; offset: string }): void {
    this.sought.set(partition, Number(offset));
  }

  run(config: ConsumerRunConfig): Promise<void> {
    this.#config = config;
    this.emit('consumer.group_join');
    return Promise.resolve();
  }

  emit(event: string): void {
    this.#listeners.get(event)?.({ payload: {} });
  }

  give(partition: number, offset: number): Promise<void> | undefined {
    const messages = [{ offset: String(offset), key: null, value: null, timestamp: '0', headers: {} }];
    const batch = { topic: 'ev.facts', partition, messages };
    return this.#config.eachBatch?.({ batch, heartbeat: () => Promise.resolve() } as unknown as EachBatchPayload);
  }
}

const health = {
  state: 'up', closed: false, whenUp: () => Promise.resolve(), suspect: () => undefined, answered: () => undefined,
  onState: () => () => undefined,
} as unknown as BusHealth;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it('a reader that hands over nothing of a growing log is replaced although its heartbeats go on', async () => {
  const consumers: ScriptedConsumer[] = [];
  const lines: string[] = [];
  const seen: BusRecord[] = [];
  let end = 0;
  const range = (): LogRange => ({ topic: 'ev.facts', partition: 0, first: 0, end });
  const reading = new BusConsumer({
    kafka: { consumer: () => {
      const consumer = new ScriptedConsumer();
      consumers.push(consumer);
      return consumer;
    } } as unknown as Kafka,
    health, log: (level, event) => lines.push(`${level} ${event}`),
    source: { clusterId: () => Promise.resolve('c'), logRanges: () => Promise.resolve([range()]) },
    reader: {
      groupId: 'g', topics: ['ev.facts'], partitions: 'all', startOffsets: () => 'end',
      onBatch: (records) => void seen.push(...records),
    },
  });
  const alive = setInterval(() => {
    for (const event of ['consumer.network.request', 'consumer.heartbeat']) consumers.at(-1)?.emit(event);
  }, 500);
  await reading.start();
  // Nothing to read: nobody minds.
  await vi.advanceTimersByTimeAsync(60_000);
  expect(consumers).toHaveLength(1);
  end = 1;
  await consumers[0]?.give(0, 0);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(consumers).toHaveLength(1);
  // The log grows, and the consumer is alive but gives nothing.
  end = 3;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(consumers).toHaveLength(2);
  expect(lines).toContain('error reader stands still');
  expect(consumers[1]?.sought.get(0)).toBe(1);
  await consumers[1]?.give(0, 1);
  expect(seen.map(({ offset }) => offset)).toEqual([0, 1]);
  // The one that was given up hands nothing over any more.
  await expect(consumers[0]?.give(0, 2)).rejects.toThrow('replaced');
  clearInterval(alive);
  const closing = reading.close();
  await vi.advanceTimersByTimeAsync(5_000);
  await closing;
});
