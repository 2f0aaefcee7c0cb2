// Shows how far a replay is: once a second, in place on a terminal, else a line each.
import type { RunCounts } from './replay-run.ts';

const EVERY_MS = 1_000;

/** Begins to show; the value ends it, with a last line. */
export function showProgress(counts: () => RunCounts, stream: NodeJS.WriteStream): () => void {
  const startedMs = performance.now();
  let overBefore = 0;
  const show = (last: boolean): void => {
    const now = counts();
    const text = progressText(now, { rate: now.over - overBefore, elapsedMs: performance.now() - startedMs });
    overBefore = now.over;
    if (stream.isTTY) stream.write(`\r\u001b[2K${text.slice(0, Math.max(20, stream.columns - 1))}${last ? '\n' : ''}`);
    else stream.write(`${text}\n`);
  };
  const timer = setInterval(() => show(false), EVERY_MS);
  return () => {
    clearInterval(timer);
    show(true);
  };
}

/** `rate`: sessions that were over in the last second. */
export function progressText(counts: RunCounts, { rate, elapsedMs }: { rate: number; elapsedMs: number }): string {
  const { total, over, asked, charging, waiting, energyWh, retries } = counts;
  const percent = total === 0 ? 100 : Math.floor((over * 100) / total);
  const again = retries === 0 ? '' : ` · ${retries} asked again`;
  const time = `${String(Math.round(elapsedMs / 1_000)).padStart(4)} s`;
  return `${time} · ${over}/${total} sessions (${percent} %) · ${rate}/s · ${Math.floor(energyWh / 1_000)} kWh · `
    + `${asked - over} under way, ${charging} charging, ${waiting} waiting${again}`;
}
