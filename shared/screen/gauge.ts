// Bars: a battery, a power gauge, the strip of a health history.
import { put, type Canvas, type Span } from './canvas.ts';
import { BAD, DIM, GOOD, WARN, type Style } from './style.ts';

/** `███████░░░` of `width` columns; `share` from 0 to 1. */
export function bar(share: number, width: number): { full: string; rest: string } {
  const cells = Math.round(Math.max(0, Math.min(1, share)) * width);
  return { full: '█'.repeat(cells), rest: '░'.repeat(width - cells) };
}

/** Draws a bar; returns the column after it. */
export function drawBar(
  canvas: Canvas, at: { x: number; y: number; width: number }, share: number, look: Style,
): number {
  const { full, rest } = bar(share, Math.max(0, at.width));
  const middle = put(canvas, at.x, at.y, full, look);
  return put(canvas, middle, at.y, rest, DIM);
}

/** A battery's colour: low is red, middle orange, the rest green; the figure stands beside it. */
export function batteryStyle(socPercent: number): Style {
  return socPercent < 20 ? BAD : socPercent < 50 ? WARN : GOOD;
}

const BEATS = {
  ok: { text: '█', style: GOOD },
  ko: { text: 'X', style: BAD },
  unreachable: { text: '?', style: WARN },
  none: { text: '·', style: DIM },
} as const satisfies Record<string, Span>;

/** A strip of health checks, oldest first; the newest `width` of them. Each outcome has its own character. */
export function beatSpans(history: readonly (keyof typeof BEATS)[], width: number): Span[] {
  return history.slice(-width).map((beat) => BEATS[beat]);
}
