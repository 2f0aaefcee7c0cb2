// `npm run simulate -- --seeds N [--from N] [--seed N] [--break NAME] [--trace]`: runs seeds one after the other, says
// what was simulated, and for each that fails the command that replays it, with the last lines of its trace.
import { Command, InvalidArgumentError } from 'commander';
import { BREAKS, type Break } from '../tests/simulation/checks.ts';
import { simulate, type Verdict } from '../tests/simulation/simulation.ts';

const TRACE_LINES = 60;

type Options = { seeds: number; from: number; seed?: number; break?: Break; trace: boolean; keepGoing: boolean };

async function main(options: Options): Promise<void> {
  const { seed, break: broken = null, trace, keepGoing } = options;
  const from = seed ?? options.from;
  const count = seed === undefined ? options.seeds : 1;
  const startedMs = performance.now();
  const totals: Record<string, number> = {};
  let simulatedMs = 0;
  let faults = 0;
  let run = 0;
  const failed: Verdict[] = [];
  for (let at = from; at < from + count; at += 1) {
    const verdict = await simulate(at, { broken, ...(trace ? { onTrace: (line: string) => console.log(line) } : {}) });
    run += 1;
    simulatedMs += verdict.simulatedMs;
    faults += verdict.faults;
    for (const [name, value] of Object.entries(verdict.counts)) totals[name] = (totals[name] ?? 0) + value;
    if (verdict.failure === null) continue;
    failed.push(verdict);
    report(verdict, broken, trace);
    if (!keepGoing) break;
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  const hours = simulatedMs / 3_600_000;
  console.log(`${run} seeds, ${hours.toFixed(1)} simulated hours (${(hours / 8_766).toFixed(4)} years), ${faults} faults, `
    + `${seconds.toFixed(1)} s; ${failed.length === 0 ? 'all well' : `failed: ${failed.map((v) => v.seed).join(' ')}`}`);
  console.log(Object.entries(totals).map(([name, value]) => `${name} ${value}`).join(', '));
  if (failed.length > 0) process.exitCode = 1;
}

function report({ seed, failure, trace: lines }: Verdict, broken: Break | null, wasTraced: boolean): void {
  console.log(`\nseed ${seed} FAILED: ${failure}`);
  if (!wasTraced) for (const line of lines.slice(-TRACE_LINES)) console.log(`  ${line}`);
  console.log(`replay: npm run simulate -- --seed ${seed}${broken === null ? '' : ` --break ${broken}`} --trace\n`);
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('must be a whole number, 0 or more');
  return value;
}

function breakName(text: string): Break {
  const found = BREAKS.find((name) => name === text);
  if (found === undefined) throw new InvalidArgumentError(`must be one of ${BREAKS.join(', ')}`);
  return found;
}

const command = new Command('simulate')
  .description('Runs the shipped code in one process under faults that a seed decides, and checks what must hold.')
  .option('--seeds <n>', 'how many seeds', whole, 100)
  .option('--from <n>', 'the first of them', whole, 1)
  .option('--seed <n>', 'this one only', whole)
  .option('--break <name>', `break the build on purpose: ${BREAKS.join(', ')}`, breakName)
  .option('--trace', 'print everything that happens', false)
  .option('--keep-going', 'go on after a seed that failed', false)
  .action((options: Options) => main(options));
await command.parseAsync(process.argv);
