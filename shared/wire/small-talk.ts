// What a peer may say that is no message: heartbeats, repetitions, control bytes that nothing waits for. Who behaves
// says two or three a second; each costs a little work and brings no news, so a flood of them is an attack or a bug.
import { LIMITS } from '../limits.ts';

const SECOND_MS = 1_000;

/** Counts by the second of awake time. The function that it returns tells whether this was one too many. */
export function createSmallTalk(awakeMs: () => number): () => boolean {
  let sinceMs = 0;
  let count = 0;
  return () => {
    const nowMs = awakeMs();
    if (nowMs - sinceMs >= SECOND_MS) {
      sinceMs = nowMs;
      count = 0;
    }
    count += 1;
    return count > LIMITS.smallTalkASecond;
  };
}
