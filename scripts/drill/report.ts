// The report of the drills: one page of Markdown that an instructor hands out. The failure table of the design row by
// row with what was measured, below it the other drills. Pure.
import { ROWS, type Row } from './drill.ts';
import type { Result } from './run.ts';

/** The design's words for each row, short: what the others see, and what happens when it is back. */
const DESIGN: Readonly<Record<Row, { readonly others: string; readonly back: string }>> = {
  engine: {
    others: 'point Faulted within 3 s, charge interrupted (provisional), driver told',
    back: 'journal brings the true end; one ticket',
  },
  monitor: {
    others: 'point Disconnected within 3 s; the charge goes on; nothing new starts',
    back: 'authenticates again, true state',
  },
  'driver client': { others: 'the charge goes on', back: 'every missed notice, the live session' },
  Central: {
    others: 'charges run on; facts are journaled; nothing new starts', back: 'state, queue, offsets as they were',
  },
  Kafka: {
    others: 'charges run on; requests fail at once, for good', back: 'all reconnect; journals and outbox drain',
  },
  'the machine': { others: 'all of the above', back: 'the same; a shorter log is noticed, facts are asked for' },
};

export type ReportOptions = {
  readonly results: readonly Result[]; readonly seed: number; readonly at: string; readonly machine: string;
  /** The command that repeats it. */
  readonly command: string;
};

/** The whole page. */
export function reportOf({ results, seed, at, machine, command }: ReportOptions): string {
  const count = (outcome: Result['outcome']): number => results.filter((r) => r.outcome === outcome).length;
  const minutes = results.reduce((sum, r) => sum + r.tookMs, 0) / 60_000;
  const others = results.filter((result) => result.drill.row === null);
  return [
    '# Fault drills', '',
    `${at} · ${machine} · seed ${seed} · ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} `
      + `skipped · ${minutes.toFixed(1)} min. Real processes, real broker. Again: \`${command}\``, '',
    'Each drill breaks something while charges run, mends it, lets everything end, and compares the engines’ meters '
      + 'with the tickets to the Wh: nothing lost, nothing billed twice, every hold closed once.', '',
    '## What happens when something dies', '',
    '| dies | others, and when it is back (design) | what was seen |', '|---|---|---|',
    ...ROWS.map((row) => tableRow(row, results.filter((result) => result.drill.row === row))), '',
    ...(others.length === 0 ? [] : ['## Other drills', '', ...others.map((result) => `- ${lineOf(result)}`), '']),
  ].join('\n');
}

function tableRow(row: Row, results: readonly Result[]): string {
  const seen = results.length === 0 ? '*not drilled*' : results.map(lineOf).join('<br>');
  return `| **${row}** | ${DESIGN[row].others}. *Back:* ${DESIGN[row].back} | ${seen.replaceAll('|', '/')} |`;
}

function lineOf({ drill, outcome, reason, figures, expectations }: Result): string {
  const name = `**${drill.name}** ${outcome === 'passed' ? '✓' : outcome.toUpperCase()}`;
  if (outcome === 'skipped') return `${name}: ${reason}`;
  const seen = figures.map((figure) => `${figure.name} ${figure.value}`.trim());
  const wrong = expectations.filter(({ ok }) => !ok).map(({ text, evidence }) => `NOT: ${text} (${evidence})`);
  const stopped = reason === '' ? [] : [reason.split('\n')[0] ?? ''];
  const met = expectations.filter(({ ok }) => ok).length;
  return `${name} ${met}/${expectations.length}: ${[...seen, ...wrong, ...stopped].join('; ')}`;
}
