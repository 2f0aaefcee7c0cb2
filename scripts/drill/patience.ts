// Waiting for a state, for the drills: they measure how long it takes, and say what they last saw when it never comes.

const LOOK_EVERY_MS = 50;

export type Patience = { readonly what: string; readonly timeoutMs?: number };
export type Seen<T> = { readonly value: T; readonly tookMs: number };

/** Looks until it holds; the value and the time that passed. Rejects with what it last saw. */
export async function until<T>(
  look: () => T | Promise<T>, holds: (value: T) => boolean, { what, timeoutMs = 30_000 }: Patience,
): Promise<Seen<T>> {
  const startedMs = performance.now();
  for (;;) {
    const value = await look();
    const tookMs = Math.round(performance.now() - startedMs);
    if (holds(value)) return { value, tookMs };
    if (tookMs > timeoutMs) {
      throw new Error(`not within ${timeoutMs / 1_000} s: ${what}; last seen: ${shown(value)}`);
    }
    await pause(LOOK_EVERY_MS);
  }
}

/** For what has to last, such as ten seconds of silence; never to hope that something has happened. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 600);
}
