import { describe, expect, it } from 'vitest';
import { BusWatch } from './bus-watch.ts';

/** Whether a promise has been fulfilled by now. */
async function isFulfilled(promise: Promise<void>): Promise<boolean> {
  return Promise.race([promise.then(() => true), new Promise<false>((resolve) => setImmediate(resolve, false))]);
}

describe('the watch on the bus', () => {
  it('tells each change once, until the listener ends it', () => {
    const watch = new BusWatch('down');
    const told: string[] = [];
    const end = watch.onState((state) => told.push(state));
    for (const state of ['down', 'up', 'up', 'down'] as const) watch.set(state);
    end();
    watch.set('up');
    expect([told, watch.state]).toEqual([['up', 'down'], 'up']);
  });

  it('lets whoever needs the bus wait until it is up', async () => {
    const watch = new BusWatch('up');
    expect(await isFulfilled(watch.whenUp())).toBe(true);
    watch.set('down');
    const waiting = watch.whenUp();
    expect(await isFulfilled(waiting)).toBe(false);
    watch.set('up');
    expect(await isFulfilled(waiting)).toBe(true);
  });

  it('keeps nobody waiting when it is closed, and says nothing after that', async () => {
    const watch = new BusWatch('down');
    const waiting = watch.whenUp();
    watch.close();
    expect(await isFulfilled(waiting)).toBe(true);
    const told: string[] = [];
    watch.onState((state) => told.push(state));
    watch.set('up');
    expect([told, watch.state, watch.closed]).toEqual([[], 'down', true]);
    expect(await isFulfilled(watch.whenUp())).toBe(true);
  });
});
