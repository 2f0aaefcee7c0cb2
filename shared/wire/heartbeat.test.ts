import { describe, expect, it } from 'vitest';
import { createHeartbeat } from './heartbeat.ts';

/**
 * When an opener pings in so many seconds, negative where it wants no answer; it sends a message each second until
 * `messagesToMs`.
 */
function pingsOf({ messagesBeat, seconds, messagesToMs }: {
  messagesBeat: boolean; seconds: number; messagesToMs: number;
}): number[] {
  let nowMs = 0;
  const books = createHeartbeat({
    role: 'opener', nowMs: () => nowMs, awakeMs: () => nowMs, data: undefined, messagesBeat,
  });
  const pings: number[] = [];
  let lastSentMs = 0;
  for (let n = 1; nowMs < seconds * 1_000; n += 1) {
    nowMs += 100;
    if (nowMs % 1_000 === 0 && nowMs <= messagesToMs) lastSentMs = nowMs;
    if (!books.due(nowMs, lastSentMs)) continue;
    const { answer = true } = JSON.parse(books.json({ kind: 'ping' }, n)) as { answer?: boolean };
    lastSentMs = nowMs;
    pings.push(answer ? nowMs : -nowMs);
    if (answer) books.takePong({ type: 'pong', ping: n, atMs: nowMs, data: {} });
  }
  return pings;
}

describe('the heartbeat of an opener', () => {
  it('is a ping a second, also while messages flow; an answer is wanted twice, then every 5 s', () => {
    expect(pingsOf({ messagesBeat: false, seconds: 8, messagesToMs: 8_000 })).toEqual(
      [1_000, 2_000, -3_000, -4_000, -5_000, -6_000, 7_000, -8_000]);
  });

  it('is its messages where it sends one each second: pings are for the clocks then', () => {
    expect(pingsOf({ messagesBeat: true, seconds: 14, messagesToMs: 14_000 })).toEqual([1_000, 2_000, 7_000, 12_000]);
  });

  it('is a ping again when such messages stop, long before the peer takes it for dead', () => {
    expect(pingsOf({ messagesBeat: true, seconds: 8, messagesToMs: 4_000 })).toEqual([1_000, 2_000, -5_500, 7_000]);
  });
});
