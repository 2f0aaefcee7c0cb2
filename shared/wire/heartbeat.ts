// The heartbeat of one link: what pings and pongs carry, when the next ping is due, and what their answers tell about
// the peer's clock. The link sends and receives; this only keeps the books.
import { LIMITS } from '../limits.ts';
import { createClockOffset } from './clock-offset.ts';
import type { OffsetSample } from './clock-offset.ts';
import type { JsonObject } from './json.ts';
import type { LinkFrame } from './link-frames.ts';

/** The acceptor pings only when the opener's pings gave it no reason to speak for this long. */
const ACCEPTOR_PAUSE_MS = LIMITS.heartbeatMs * 1.5;
/** An opener asks this seldom for an answer, for the clocks: between them the ACK of a ping is sign of life enough … */
const CLOCK_PAUSE_MS = LIMITS.reconnectMs;
/** … after so many answers, by which both ends know the offset. */
const FIRST_PONGS = 2;

type Options = {
  readonly role: 'opener' | 'acceptor';
  readonly nowMs: () => number;
  readonly awakeMs: () => number;
  readonly data: (() => JsonObject) | undefined;
  /** The opener sends a message every second: while it does, it needs no pings to show that it lives. */
  readonly messagesBeat: boolean;
};

export type Heartbeat = ReturnType<typeof createHeartbeat>;

/** Makes the books of one link. Times are UTC ms (`nowMs`) and awake ms (`awakeMs`). */
export function createHeartbeat({ role, nowMs, awakeMs, data, messagesBeat }: Options) {
  const offset = createClockOffset();
  let ping: { n: number; sentAtMs: number; sentAwakeMs: number; repeated: boolean } | null = null;
  let lastPingMs = awakeMs();
  let lastAskedMs = lastPingMs;
  let pongs = 0;
  const asksAt = (awakeNowMs: number): boolean =>
    role === 'acceptor' || pongs < FIRST_PONGS || awakeNowMs - lastAskedMs >= CLOCK_PAUSE_MS;

  return {
    /** The JSON of the ping, or of the answer to the peer's ping, that leaves now as frame `n`. */
    json(item: { kind: 'ping' } | { kind: 'pong'; ping: number }, n: number): string {
      if (item.kind === 'pong') return JSON.stringify({ type: 'pong', ping: item.ping, atMs: nowMs(), data: data?.() });
      lastPingMs = awakeMs();
      if (!asksAt(lastPingMs)) return JSON.stringify({ type: 'ping', atMs: nowMs(), answer: false });
      lastAskedMs = lastPingMs;
      ping = { n, sentAtMs: nowMs(), sentAwakeMs: lastPingMs, repeated: false };
      return JSON.stringify({ type: 'ping', atMs: ping.sentAtMs, clock: offset.own() ?? undefined, data: data?.() });
    },
    /** Frame `n` was sent again: an answer would not say which of the two it answers. */
    repeated(n: number): void {
      if (ping?.n === n) ping.repeated = true;
    },
    /** Whether it wants an answer. */
    takePing({ clock, answer = true }: Extract<LinkFrame, { type: 'ping' }>): boolean {
      if (clock !== undefined) offset.told(clock);
      return answer;
    },
    takePong(frame: Extract<LinkFrame, { type: 'pong' }>): void {
      if (ping === null || ping.n !== frame.ping) return;
      const { sentAtMs, sentAwakeMs, repeated } = ping;
      ping = null;
      pongs += 1;
      if (repeated) return;
      const roundTripMs = awakeMs() - sentAwakeMs;
      offset.measured({ sentAtMs, receivedAtMs: nowMs(), peerAtMs: frame.atMs, roundTripMs });
    },
    /**
     * The opener pings at a steady pace, also when messages flow, because its pings are the peer's reason to speak;
     * unless its messages are.
     */
    due(awakeNowMs: number, lastSentMs: number): boolean {
      if (role === 'acceptor') return awakeNowMs - lastSentMs >= ACCEPTOR_PAUSE_MS;
      const flows = messagesBeat && pongs >= FIRST_PONGS && awakeNowMs - lastSentMs < ACCEPTOR_PAUSE_MS;
      return awakeNowMs - lastPingMs >= (flows ? CLOCK_PAUSE_MS : LIMITS.heartbeatMs);
    },
    best: (): OffsetSample | null => offset.best(),
  };
}
