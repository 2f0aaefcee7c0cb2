// Charts on a sheet: bars for what stands side by side, a line for what goes on in time. The axis begins at zero and
// ends at a round number.
import { FAINT, HAIR, type Box, type Sheet } from './sheet.ts';

export type ChartPoint = { readonly label: string; readonly value: number | null };
export type Chart = {
  readonly title: string; readonly points: readonly ChartPoint[];
  /** A value as its axis shows it. */
  readonly format: (value: number) => string;
  readonly color: string;
  /** Of a share: the axis ends there. */
  readonly top?: number;
};

/** More bars than that would be thinner than their gaps. */
const MOST_BARS = 62;
const STEPS = 4;
const LABEL_WIDTH = 54;
const LABEL_SIZE = 6.5;

/** Draws a chart with its title into a box. */
export function drawChart(sheet: Sheet, chart: Chart, { x, y, width, height }: Box): void {
  sheet.put(chart.title, { size: 9, bold: true, x, width }, y);
  const plot = { x: x + 48, y: y + 22, width: width - 48, height: height - 40 };
  const top = chart.top ?? roundTop(Math.max(0, ...chart.points.map(({ value }) => value ?? 0)));
  drawAxis(sheet, chart, plot, top);
  const slot = plot.width / Math.max(1, chart.points.length);
  const heightOf = (value: number): number => (top === 0 ? 0 : (Math.min(value, top) / top) * plot.height);
  if (chart.points.length <= MOST_BARS) {
    for (const [i, { value }] of chart.points.entries()) {
      const bar = heightOf(Math.max(0, value ?? 0));
      sheet.fill({
        x: plot.x + i * slot + slot * 0.15, y: plot.y + plot.height - bar, width: slot * 0.7, height: bar,
      }, chart.color);
    }
  } else {
    for (const stretch of stretches(chart.points)) {
      sheet.path(stretch.map(({ at, value }) => ({
        x: plot.x + (at + 0.5) * slot, y: plot.y + plot.height - heightOf(Math.max(0, value)),
      })), { color: chart.color });
    }
  }
  drawLabels(sheet, chart.points, plot, slot);
}

/** The next of 1, 2, 2.5, 4, 5, 8 times a power of ten: a fourth of it is easy to read, too. */
export function roundTop(value: number): number {
  if (value <= 0) return 0;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 2.5, 4, 5, 8, 10].find((each) => each * power >= value) ?? 10;
  return step * power;
}

function drawAxis(sheet: Sheet, { format }: Chart, plot: Box, top: number): void {
  for (let step = 0; step <= STEPS; step++) {
    const y = plot.y + plot.height * (1 - step / STEPS);
    sheet.path([{ x: plot.x, y }, { x: plot.x + plot.width, y }], { color: HAIR, width: 0.5 });
    if (top === 0 && step > 0) continue;
    const text = format((top * step) / STEPS);
    sheet.put(text, { size: LABEL_SIZE, color: FAINT, x: plot.x - 4, right: true, width: 44 }, y - 4);
  }
}

/** As many labels as have room beside each other. */
function drawLabels(sheet: Sheet, points: readonly ChartPoint[], plot: Box, slot: number): void {
  const every = Math.max(1, Math.ceil(LABEL_WIDTH / slot));
  for (let i = 0; i < points.length; i += every) {
    const x = plot.x + i * slot;
    // The last one would stand over the edge, or in the one before it.
    if (i > 0 && x > plot.x + plot.width - LABEL_WIDTH) break;
    sheet.put(points[i]?.label ?? '', {
      size: LABEL_SIZE, color: FAINT, x, width: Math.max(LABEL_WIDTH, every * slot) - 2, height: LABEL_SIZE + 3,
    }, plot.y + plot.height + 4);
  }
}

/** A line breaks off where there is no value. */
function stretches(points: readonly ChartPoint[]): { at: number; value: number }[][] {
  const found: { at: number; value: number }[][] = [[]];
  for (const [at, { value }] of points.entries()) {
    if (value === null) found.push([]);
    else found.at(-1)?.push({ at, value });
  }
  return found.filter((stretch) => stretch.length > 0);
}
