import type { Kafka } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BusHealth } from './health.ts';

/** A broker's client whose questions are answered as the test says; time is the test's too. */
function scripted(answer: () => Promise<void>): Kafka {
  const admin = {
    on: () => () => undefined, connect: () => Promise.resolve(), disconnect: () => Promise.resolve(),
    describeCluster: answer,
  };
  return { admin: () => admin } as unknown as Kafka;
}

const never = (): Promise<void> => new Promise(() => undefined);
let health: BusHealth;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(async () => {
  const closing = health.close();
  await vi.advanceTimersByTimeAsync(2_000);
  await closing;
  vi.useRealTimers();
});

describe('the health of the bus', () => {
  it('is down within 3 s of a broker that answers nobody any more', async () => {
    let answer = (): Promise<void> => Promise.resolve();
    health = new BusHealth({ kafka: scripted(() => answer()), log: () => undefined });
    await vi.advanceTimersByTimeAsync(100);
    expect(health.state).toBe('up');
    answer = never;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(health.state).toBe('down');
  });

  it('stays up while the broker answers somebody in this process, however slow the question is', async () => {
    let answer = (): Promise<void> => Promise.resolve();
    health = new BusHealth({ kafka: scripted(() => answer()), log: () => undefined });
    await vi.advanceTimersByTimeAsync(100);
    answer = never;
    for (let s = 0; s < 6; s += 1) {
      await vi.advanceTimersByTimeAsync(1_000);
      health.answered();
    }
    expect(health.state).toBe('up');
    await vi.advanceTimersByTimeAsync(2_200);
    expect(health.state).toBe('down');
  });

  it('does not count time in which this process itself did not run', async () => {
    vi.useRealTimers();
    const states: string[] = [];
    let settle = (): void => undefined;
    const asked = Promise.withResolvers<void>();
    health = new BusHealth({
      kafka: scripted(() => {
        asked.resolve();
        return new Promise((resolve) => { settle = resolve; });
      }),
      log: () => undefined,
    });
    health.onState((state) => states.push(state));
    await asked.promise;
    // Blocked behind the reading of sockets: the timers that are due come first then, and the answer behind them.
    await new Promise<void>((resolve) => {
      setImmediate(() => {
        setImmediate(() => settle());
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_100);
        resolve();
      });
    });
    await health.whenUp();
    expect(health.lastError).toBeUndefined();
    expect(states).toEqual(['up']);
    vi.useFakeTimers();
  });
});
