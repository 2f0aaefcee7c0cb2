import { expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { createProcessTicker, createTicker } from './awake-timer.ts';

test('awake time leaves out every gap of more than a second between two looks at it', () => {
  let ms = 5_000;
  const ticker = createTicker(() => ms);
  const zeroMs = ticker.awakeMs();
  const at: number[] = [];
  ticker.subscribe((awakeMs) => at.push(awakeMs - zeroMs));
  for (const stepMs of [100, 1_000, 1_001, 100, 3_600_000, 100]) {
    ms += stepMs;
    ticker.tick();
  }
  expect(at).toEqual([100, 1_100, 1_100, 1_200, 1_200, 1_300]);
});

test('a gap is seen by whoever looks first, also between two ticks', () => {
  let ms = 0;
  const ticker = createTicker(() => ms);
  ms = 60_000;
  expect(ticker.awakeMs()).toBe(0);
  ms += 10;
  expect(ticker.awakeMs()).toBe(10);
});

test('a turn of the event loop counts as a second at most, however often the time is looked at in it', () => {
  let ms = 0;
  const ticker = createTicker(() => ms);
  const at: number[] = [];
  ticker.subscribe((awakeMs) => at.push(awakeMs));
  const longTurn = (): void => {
    for (let look = 0; look < 50; look += 1) {
      ms += 100;
      ticker.awakeMs();
    }
  };
  longTurn();
  expect(ticker.awakeMs()).toBe(1_000);
  ticker.tick();
  longTurn();
  ticker.turn();
  ms += 100;
  ticker.tick();
  expect(at).toEqual([1_000, 2_100]);
});

test('the process ticker runs while somebody listens, and tells the awake time', async () => {
  const ticker = createProcessTicker(systemClock);
  const seenMs: number[] = [];
  await new Promise<void>((resolve) => {
    const unsubscribe = ticker.subscribe((awakeMs) => {
      seenMs.push(awakeMs);
      if (seenMs.length < 3) return;
      unsubscribe();
      resolve();
    });
  });
  expect(seenMs.toSorted((a, b) => a - b)).toEqual(seenMs);
});
