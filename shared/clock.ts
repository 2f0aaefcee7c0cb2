/** The two clocks of a process. Tests and the simulation replace them here, at their port. */
export type Clock = {
  /** UTC milliseconds since 1970. May jump. */
  now(): number;
  /** Monotonic milliseconds, for durations and deadlines. Never jumps back. */
  monotonic(): number;
};

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/** UTC milliseconds as ISO 8601, as shown and sent outside. */
export function isoTime(atMs: number): string {
  return new Date(atMs).toISOString();
}
