// What a link waits for, as times in awake ms that its tick compares, and which of them has passed.
import { LIMITS } from '../limits.ts';
import type { CloseReason } from './close-reason.ts';

export type LinkTimes = {
  lastByteMs: number;
  /** Since when a frame has begun that is not whole; null between frames. */
  begunMs: number | null;
  /** Until when the next step of the opening (ENQ, ACK, first message) or of the closing must have come. */
  stepByMs: number | null;
};

/** The first deadline that has passed, as the reason to end the link; null when all is well. */
export function lateness(
  state: 'opening' | 'open', role: 'opener' | 'acceptor', times: LinkTimes, nowMs: number,
): CloseReason | null {
  if (times.stepByMs !== null && nowMs >= times.stepByMs) {
    return role === 'acceptor'
      ? { code: 'slow-frame', detail: `it did not say, or not prove, who it is in ${LIMITS.helloMs} ms` }
      : { code: 'dead-peer', detail: `no answer to ENQ in ${LIMITS.deadPeerMs} ms (so does a server that wants TLS)` };
  }
  if (state === 'open' && nowMs - times.lastByteMs >= LIMITS.deadPeerMs) {
    return { code: 'dead-peer', detail: `no byte for ${LIMITS.deadPeerMs} ms` };
  }
  if (times.begunMs !== null && nowMs - times.begunMs >= LIMITS.frameMs) {
    return { code: 'slow-frame', detail: `a frame was not whole within ${LIMITS.frameMs} ms` };
  }
  return null;
}
