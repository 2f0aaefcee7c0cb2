import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CONNECTIONS } from './api-client.ts';
import { readSteadily } from './steady-reads.ts';

const { signal: ended } = new AbortController();

test('reads that fail are counted by what happened, and the others have their times', async () => {
  const { timesMs, asked, failed } = await readSteadily(async (n) => {
    await pause(1);
    if (n % 4 === 0) throw new Error('GET /me: answered with 503');
  }, { aSecond: 200, seconds: 0.2, warmUpSeconds: 0.1, ended });
  expect([asked, timesMs.length, [...failed]]).toEqual([40, 30, [['GET /me: answered with 503', 10]]]);
  expect(Math.min(...timesMs)).toBeGreaterThanOrEqual(0);
});

test('no more are under way at once than there are connections, and what waits too long is never sent', async () => {
  let [underWay, most] = [0, 0];
  const { timesMs, asked, failed } = await readSteadily(async () => {
    underWay += 1;
    most = Math.max(most, underWay);
    await pause(200);
    underWay -= 1;
  }, { aSecond: 5_000, seconds: 0.1, warmUpSeconds: 0, ended, patienceMs: 250 });
  expect(most).toBe(CONNECTIONS);
  expect(asked).toBe(500);
  expect([...failed.keys()]).toEqual(['it was never sent: those before it took too long']);
  expect(timesMs.length + [...failed.values()].reduce((sum, count) => sum + count, 0)).toBe(500);
});
