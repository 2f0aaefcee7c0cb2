// `npm run trace -- ID`: the path of one wish from the driver's key press to the ticket, joined from the logs of all
// processes, with the time between its steps.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { Failure } from '../shared/failure.ts';
import { inPlainWords } from './plain-words.ts';
import { type LogLine, parseLogLine, pathOf, printSteps } from './trace-path.ts';

await inPlainWords(() => {
  const command = new Command('npm run trace --')
    .description('Prints the path of one wish through all processes, from their logs.')
    .argument('<id>', 'a correlation, request, session or ticket id')
    .option('--log-dir <folder...>', 'where the logs are (several for logs of several machines)', ['var/log'])
    .option('--json', 'one JSON object a step')
    .parse();
  const [id = ''] = command.args;
  const { logDir, json } = command.opts<{ logDir: string[]; json?: boolean }>();
  const steps = pathOf(id, logDir.flatMap(readLogs));
  if (steps.length === 0) {
    console.error(`No log in ${logDir.join(', ')} knows the id ${id}.`);
    return Promise.resolve(1);
  }
  if (json === true) for (const step of steps) console.log(JSON.stringify(step));
  else for (const line of printSteps(steps)) console.log(line);
  return Promise.resolve(0);
});

/** All lines of the logs of a folder, also of those that were turned over. */
function readLogs(dir: string): LogLine[] {
  try {
    const files = readdirSync(dir).filter((name) => /\.log$/.test(name));
    return files.flatMap((name) => readFileSync(join(dir, name), 'utf8').split('\n'))
      .map((line) => parseLogLine(line)).filter((line) => line !== undefined);
  } catch (cause) {
    throw new Failure('bad-configuration', `Cannot read the logs in ${dir}: give their folder with --log-dir.`, cause);
  }
}
