// Time-outs run only on time in which the process was awake (delivery.md, "Time"). Awake time is monotonic time minus
// every gap of more than a second between two looks at it (SIGSTOP, a laptop's lid, a blocked event loop), so a
// deadline in awake time moves by the gap by itself. And one turn of the event loop is at most a second: during a long
// one nobody reads what peers have sent, so their silence says nothing. (Without that, ten thousand links that opened
// at once on a slow machine were all given up in their first turn, and again each time they came back.) One ticker
// serves all links of a process: a deadline is a number that its owner compares at each tick, not a timer of its own,
// which keeps ten thousand links cheap.
import type { Clock } from '../clock.ts';

/** A longer silence of our own tick means that the process was not awake; of a longer turn, only so much counts. */
const GAP_MS = 1_000;
/** How often deadlines are looked at: fine beside the shortest of them (1 s). */
const TICK_MS = 100;

export type Ticker = {
  /** Milliseconds in which this process was awake, from an arbitrary zero. Never jumps back. */
  awakeMs(): number;
  /** Calls back at each tick until the returned function is called. */
  subscribe(onTick: (awakeMs: number) => void): () => void;
};

export type ManualTicker = Ticker & {
  /** A turn of the event loop begins: what was waiting has been read. */
  turn(): void;
  /** Tells every subscriber the time, in a turn of its own. */
  tick(): void;
  subscribers(): number;
};

/** A ticker whose ticks somebody else drives: a test, the simulation, `createProcessTicker`. */
export function createTicker(monotonicMs: () => number): ManualTicker {
  const callbacks = new Set<(awakeMs: number) => void>();
  let lastSeenMs = monotonicMs();
  let asleepMs = 0;
  /** Awake time at which this turn began. */
  let turnMs = lastSeenMs;

  function awakeMs(): number {
    const nowMs = monotonicMs();
    const gapMs = nowMs - lastSeenMs;
    if (gapMs > GAP_MS) asleepMs += gapMs;
    lastSeenMs = nowMs;
    asleepMs += Math.max(0, nowMs - asleepMs - turnMs - GAP_MS);
    return nowMs - asleepMs;
  }

  function turn(): void {
    turnMs = awakeMs();
  }

  function tick(): void {
    turn();
    const nowMs = turnMs;
    for (const callback of callbacks) callback(nowMs);
  }

  function subscribe(onTick: (awakeMs: number) => void): () => void {
    callbacks.add(onTick);
    return () => {
      callbacks.delete(onTick);
    };
  }

  return { awakeMs, turn, tick, subscribe, subscribers: () => callbacks.size };
}

/**
 * The one ticker of a process. It runs (and keeps the process alive) while anybody is subscribed. Subscribers are
 * called after the event loop has read what was waiting, so a message that is already here beats its deadline.
 */
export function createProcessTicker(clock: Clock): Ticker {
  const ticker = createTicker(() => clock.monotonic());
  let interval: NodeJS.Timeout | null = null;

  function beat(): void {
    ticker.turn(); // sees a gap before anybody who is woken by the waiting input does
    setImmediate(() => ticker.tick());
  }

  function subscribe(onTick: (awakeMs: number) => void): () => void {
    const unsubscribe = ticker.subscribe(onTick);
    interval ??= setInterval(beat, TICK_MS);
    return () => {
      unsubscribe();
      if (ticker.subscribers() > 0 || interval === null) return;
      clearInterval(interval);
      interval = null;
    };
  }

  return { awakeMs: ticker.awakeMs, subscribe };
}
