// `npm run simulate -- --seeds N [--from N] [--seed N] [--break NAME] [--trace]`: runs seeds one after the other, says
// what was simulated, and for each that fails the command that replays it, with the last lines of its trace.
import { parseArgs } from 'node:util';
import { BREAKS, type Break } from './checks.ts';
import { simulate, type Verdict } from './simulation.ts';

const TRACE_LINES = 60;
const HOURS_A_YEAR = 8_766;

type Options = { from: number; seeds: number; broken: Break | null; trace: boolean; keepGoing: boolean };

const HELP = `npm run simulate -- [--seeds N] [--from N] [--seed N] [--break NAME] [--trace] [--keep-going]

  --seeds N       how many seeds (100)
  --from N        the first of them (1)
  --seed N        this one only
  --break NAME    break the build on purpose: ${BREAKS.join(', ')}
  --trace         print everything that happens
  --keep-going    go on after a seed that failed`;

async function main(options: Options): Promise<void> {
  const { from, seeds, broken, trace, keepGoing } = options;
  const startedMs = process.cpuUsage();
  const totals: Record<string, number> = {};
  let simulatedMs = 0;
  let faults = 0;
  let run = 0;
  const failed: Verdict[] = [];
  for (let at = from; at < from + seeds; at += 1) {
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
  const { user, system } = process.cpuUsage(startedMs);
  const seconds = (user + system) / 1_000_000;
  const hours = simulatedMs / 3_600_000;
  const years = hours / HOURS_A_YEAR;
  const outcome = failed.length === 0 ? 'all well' : `failed: ${failed.map((verdict) => verdict.seed).join(' ')}`;
  console.log(`${run} seeds, ${hours.toFixed(1)} simulated hours (${years.toFixed(4)} years), ${faults} faults, `
    + `${seconds.toFixed(1)} s of CPU; ${outcome}`);
  console.log(Object.entries(totals).map(([name, value]) => `${name} ${value}`).join(', '));
  if (failed.length > 0) process.exitCode = 1;
}

function report({ seed, failure, trace: lines }: Verdict, broken: Break | null, wasTraced: boolean): void {
  console.log(`\nseed ${seed} FAILED: ${failure}`);
  if (!wasTraced) for (const line of lines.slice(-TRACE_LINES)) console.log(`  ${line}`);
  console.log(`replay: npm run simulate -- --seed ${seed}${broken === null ? '' : ` --break ${broken}`} --trace\n`);
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} must be a whole number, 0 or more`);
  return value;
}

function breakOf(text: string | undefined): Break | null {
  if (text === undefined) return null;
  const found = BREAKS.find((name) => name === text);
  if (found === undefined) throw new Error(`--break must be one of ${BREAKS.join(', ')}`);
  return found;
}

function readOptions(args: string[]): Options | null {
  const { values } = parseArgs({ args, options: {
    seeds: { type: 'string', default: '100' }, from: { type: 'string', default: '1' }, seed: { type: 'string' },
    break: { type: 'string' }, trace: { type: 'boolean', default: false },
    'keep-going': { type: 'boolean', default: false }, help: { type: 'boolean', default: false },
  } });
  if (values.help) return null;
  return {
    from: whole('from', values.seed ?? values.from),
    seeds: values.seed === undefined ? whole('seeds', values.seeds) : 1,
    broken: breakOf(values.break), trace: values.trace, keepGoing: values['keep-going'],
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
