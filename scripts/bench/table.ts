// The figures of some runs as rows: smallest, middle and largest value, the bare program beside them, and whether the
// goal is met. As a table for people and as objects for programs. Pure.
import type { Bench, BenchRow, Figure, Figures } from './bench.ts';

/** One object of `--json`. Null: not measured, or there is none. */
export type ResultRow = {
  readonly bench: string; readonly unit: string;
  readonly min: number | null; readonly median: number | null; readonly max: number | null;
  /** Median of the bare program's figures. */
  readonly baseline: number | null;
  /** Median over the runs of value ÷ bare program's figure. */
  readonly ratio: number | null;
  readonly goal: number | null;
  /** Do the medians of value and ratio reach their goals? Null: it has none. */
  readonly met: boolean | null;
  readonly what: string; readonly better: 'lower' | 'higher'; readonly ratioGoal: number | null;
  readonly runs: number;
};

const HEADS = ['bench', 'unit', 'min', 'median', 'max', 'bare', 'ratio', 'goal', 'met'] as const;

/** The rows of a bench from its runs; without a run every row with a goal has missed it. */
export function resultRows(bench: Bench, runs: readonly Figures[]): ResultRow[] {
  return bench.rows.map((row) => resultRow(row, runs.map((figures) => figures[row.row])));
}

function resultRow(row: BenchRow, figures: readonly (Figure | undefined)[]): ResultRow {
  const measured = figures.filter((figure) => figure !== undefined);
  const values = measured.map(({ value }) => value);
  const baselines = measured.map(({ baseline }) => baseline).filter((value) => value !== undefined);
  const ratios = measured.flatMap(({ value, baseline }) =>
    (baseline === undefined || baseline === 0 ? [] : [value / baseline]));
  const [median, ratio] = [medianOf(values), medianOf(ratios)];
  const { what, unit, better, goal = null, ratioGoal = null } = row;
  const reached = (value: number | null, wanted: number | null): boolean => {
    if (wanted === null) return true;
    return value !== null && (better === 'lower' ? value <= wanted : value >= wanted);
  };
  return {
    bench: row.row, unit, min: rounded(leastOf(values)), median: rounded(median), max: rounded(greatestOf(values)),
    baseline: rounded(medianOf(baselines)), ratio: rounded(ratio), goal,
    met: goal === null && ratioGoal === null ? null : reached(median, goal) && reached(ratio, ratioGoal),
    what, better, ratioGoal, runs: measured.length,
  };
}

/** The table, line by line. */
export function tableLines(rows: readonly ResultRow[]): string[] {
  const cells = [HEADS, ...rows.map(cellsOf)];
  const widths = HEADS.map((_unused, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells.map((line) => line.map((cell, column) =>
    (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ').trimEnd());
}

function cellsOf(row: ResultRow): string[] {
  const sign = row.better === 'lower' ? '≤' : '≥';
  const goals = [
    ...(row.goal === null ? [] : [`${sign} ${shown(row.goal)}`]),
    ...(row.ratioGoal === null ? [] : [`${sign} ${shown(row.ratioGoal)} × bare`]),
  ];
  const met = row.met === null ? '' : row.met ? 'yes' : 'NO';
  return [
    row.bench, row.unit, shown(row.min), shown(row.median), shown(row.max), shown(row.baseline), shown(row.ratio),
    goals.join(', '), met,
  ];
}

/** The middle one, or the mean of the two middle ones; null of none. */
export function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2;
}

/** The value that this share (0 … 1) of all values does not exceed; 0 of none. */
export function percentileOf(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

function leastOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.min(...values);
}

function greatestOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.max(...values);
}

/** Four figures are more than a measurement is worth. */
function rounded(value: number | null): number | null {
  return value === null ? null : Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(4));
}

function shown(value: number | null): string {
  if (value === null) return '';
  const maximumFractionDigits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
  return value.toLocaleString('en', { maximumFractionDigits });
}
