// `npm run simulate -- --seeds N [--from N] [--seed N] [--break NAME] [--trace]`: runs seeds one after the other, tells
// how far it is, sums up what was simulated, and says for each seed that fails which command replays it.
import { constants, setPriority } from 'node:os';
import { parseArgs } from 'node:util';
import { breakWith, MUTANTS } from './mutants.ts';
import type { simulate, Verdict } from './simulation.ts';

const TRACE_LINES = 60;
const HOURS_A_YEAR = 8_766;
const PROGRESS_EVERY_MS = 10_000;
const DROP_OUTBOX_ROW = 'drop-outbox-row';
const BREAKS: readonly string[] = [DROP_OUTBOX_ROW, ...MUTANTS.map(({ name }) => name)];

type Options = {
  from: number; seeds: number; step: number; broken: string | null; trace: boolean; keepGoing: boolean;
  lowPriority: boolean;
};

const HELP = `npm run simulate -- [--seeds N] [--from N] [--step N] [--seed N] [--break NAME] [--trace] [--keep-going]
    [--low-priority]

  --seeds N       how many seeds (100)
  --from N        the first of them (1)
  --step N        every N-th (1); each twentieth is a whole day: --from 20 --step 20
  --seed N        this one only
  --break NAME    break the build on purpose; the run has to fail: ${BREAKS.join(', ')}
  --trace         print everything that happens
  --keep-going    go on after a seed that failed
  --low-priority  run only when nothing else wants the processor: many seeds, in the background`;

/** What all seeds come to; nothing of a single seed is kept but its number when it failed. */
class Totals {
  seeds = 0;
  simulatedMs = 0;
  faults = 0;
  readonly failed: number[] = [];
  readonly #faultKinds = new Map<string, number>();
  readonly #counts = new Map<string, number>();
  readonly #cpu = process.cpuUsage();

  add({ seed, failure, simulatedMs, faults, faultKinds, counts }: Verdict): void {
    this.seeds += 1;
    this.simulatedMs += simulatedMs;
    this.faults += faults;
    if (failure !== null) this.failed.push(seed);
    for (const [name, count] of Object.entries(faultKinds)) addTo(this.#faultKinds, name, count);
    for (const [name, count] of Object.entries(counts)) addTo(this.#counts, name, count);
  }

  /** One line. */
  get line(): string {
    const { user, system } = process.cpuUsage(this.#cpu);
    const seconds = (user + system) / 1_000_000;
    const hours = this.simulatedMs / 3_600_000;
    const outcome = this.failed.length === 0 ? 'all well' : `FAILED: ${this.failed.join(' ')}`;
    return `${this.seeds} seeds, ${hours.toFixed(1)} simulated hours (${(hours / HOURS_A_YEAR).toFixed(4)} years), `
      + `${this.faults} faults, ${seconds.toFixed(1)} s of CPU `
      + `(${(hours / Math.max(seconds, 0.001)).toFixed(2)} hours a second); ${outcome}`;
  }

  get details(): string {
    return `faults: ${listed(this.#faultKinds)}\nwhat happened: ${listed(this.#counts)}`;
  }
}

async function main({ from, seeds, step, broken, trace, keepGoing, lowPriority }: Options): Promise<void> {
  if (lowPriority) setPriority(constants.priority.PRIORITY_LOW);
  const run = await loadSimulation(broken);
  const dropsRow = broken === DROP_OUTBOX_ROW;
  const totals = new Totals();
  let toldMs = performance.now();
  for (let at = from; at < from + seeds * step; at += step) {
    const verdict = await run(at, {
      broken: dropsRow ? DROP_OUTBOX_ROW : null,
      ...(trace ? { onTrace: (line: string) => console.log(line) } : {}),
    });
    totals.add(verdict);
    if (performance.now() - toldMs >= PROGRESS_EVERY_MS) {
      toldMs = performance.now();
      console.error(`seed ${at}: ${totals.line}`);
    }
    if (verdict.failure === null) continue;
    report(verdict, broken, trace);
    if (!keepGoing) break;
  }
  console.log(`${totals.line}\n${totals.details}`);
  if (totals.failed.length > 0) process.exitCode = 1;
}

/** The simulation, of the sources as they are, or of broken ones: then they are broken before any is loaded. */
async function loadSimulation(broken: string | null): Promise<typeof simulate> {
  const mutant = MUTANTS.find(({ name }) => name === broken);
  if (mutant !== undefined) breakWith(mutant);
  return (await import('./simulation.ts')).simulate;
}

function report({ seed, failure, trace: lines }: Verdict, broken: string | null, wasTraced: boolean): void {
  console.log(`\nseed ${seed} FAILED: ${failure}`);
  if (!wasTraced) for (const line of lines.slice(-TRACE_LINES)) console.log(`  ${line}`);
  console.log(`replay: npm run simulate -- --seed ${seed}${broken === null ? '' : ` --break ${broken}`} --trace\n`);
}

function addTo(sums: Map<string, number>, name: string, count: number): void {
  sums.set(name, (sums.get(name) ?? 0) + count);
}

function listed(sums: ReadonlyMap<string, number>): string {
  return [...sums].map(([name, value]) => `${name} ${value}`).join(', ');
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} must be a whole number, 0 or more`);
  return value;
}

function breakOf(text: string | undefined): string | null {
  if (text === undefined || BREAKS.includes(text)) return text ?? null;
  throw new Error(`--break must be one of ${BREAKS.join(', ')}`);
}

function readOptions(args: string[]): Options | null {
  const { values } = parseArgs({ args, options: {
    seeds: { type: 'string', default: '100' }, from: { type: 'string', default: '1' }, seed: { type: 'string' },
    step: { type: 'string', default: '1' }, break: { type: 'string' }, trace: { type: 'boolean', default: false },
    'keep-going': { type: 'boolean', default: false },
    'low-priority': { type: 'boolean', default: false }, help: { type: 'boolean', default: false },
  } });
  if (values.help) return null;
  return {
    from: whole('from', values.seed ?? values.from), step: Math.max(1, whole('step', values.step)),
    seeds: values.seed === undefined ? whole('seeds', values.seeds) : 1,
    broken: breakOf(values.break), trace: values.trace, keepGoing: values['keep-going'],
    lowPriority: values['low-priority'],
  };
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === null) console.log(HELP);
  else await main(options);
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  process.exitCode = 64;
}
