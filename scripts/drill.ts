// npm run drill -- NAME… | all [--report FILE] [--seed N] | --list: something is broken on purpose in a network of real
// processes on a real broker of its own; each drill says what is expected, shows what happens, and passes or fails.
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { Command } from 'commander';
import { wholeNumberSchema } from '../shared/config.ts';
import { Failure } from '../shared/failure.ts';
import { type Choice, chooseDrills } from './drill/choice.ts';
import { DRILLS } from './drill/list.ts';
import { reportOf } from './drill/report.ts';
import type { Result } from './drill/run.ts';
import { runAll } from './drill/run-all.ts';
import { inPlainWords, untilAskedToEnd } from './plain-words.ts';

const FAILED_STATUS = 1;
const INTERRUPTED_STATUS = 130;

type Options = { readonly list?: boolean; readonly seed: string; readonly report?: string };

await inPlainWords(async () => {
  const command = new Command('npm run drill --')
    .description('Breaks something on purpose in a network of real processes and shows what follows.')
    .argument('[names...]', 'drills, or “all”')
    .option('--list', 'say which drills there are')
    .option('--seed <number>', 'draws which driver, which point and when; the same seed fails the same way', '1')
    .option('--report <file>', 'write a page for handing out (Markdown)')
    .showHelpAfterError('(--help shows how)')
    .parse();
  const options = command.opts<Options>();
  if (options.list === true) {
    for (const { name, title } of DRILLS) console.log(`${name.padEnd(26)} ${title}`);
    return 0;
  }
  const seed = wholeNumberSchema.safeParse(options.seed);
  if (!seed.success) throw new Failure('bad-configuration', `--seed must be a whole number, not “${options.seed}”`);
  const choice = chooseDrills(command.args, DRILLS);
  if (options.report !== undefined) await write(options.report, ''); // better now than after ten minutes
  const results = await runAll({
    drills: choice.drills, seed: seed.data, asked: untilAskedToEnd(), print: (line) => console.log(line),
  });
  if (options.report !== undefined) await write(options.report, pageOf(choice, results, seed.data));
  return statusOf(results);
});

function statusOf(results: readonly Result[]): number {
  const outcomes = results.map(({ outcome }) => outcome);
  if (outcomes.includes('interrupted')) {
    console.log('Interrupted: everything is ended.');
    return INTERRUPTED_STATUS;
  }
  const failed = results.filter(({ outcome }) => outcome === 'failed').map(({ drill }) => drill.name);
  const count = (outcome: Result['outcome']): number => outcomes.filter((each) => each === outcome).length;
  console.log(`${count('passed')} passed, ${failed.length} failed, ${count('skipped')} skipped`
    + (failed.length === 0 ? '' : `: ${failed.join(', ')}`));
  return failed.length === 0 ? 0 : FAILED_STATUS;
}

function pageOf(choice: Choice, results: readonly Result[], seed: number): string {
  const processors = cpus();
  return reportOf({
    results, seed, at: new Date().toISOString().slice(0, 16).replace('T', ' '),
    machine: `${processors.length} cores (${processors[0]?.model.trim() ?? 'unknown'})`,
    command: `npm run drill -- ${choice.words} --seed ${seed}`,
  });
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (cause) {
    throw new Failure('not-writable', `cannot write the report ${file}: give a file in a folder that is there`, cause);
  }
}
