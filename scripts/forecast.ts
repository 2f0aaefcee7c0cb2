// npm run forecast -- FILE: forecasts the last weeks of recorded sessions, each from the weeks before it alone, and
// says how far off that was, beside "the same hour last week" in the same run.
import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { Failure } from '../shared/failure.ts';
import { evaluate, hoursBySite } from './forecast/evaluation.ts';
import { inPlainWords } from './plain-words.ts';
import { readRecordedSessions } from './replay/recorded-sessions.ts';

const HELD_BACK_WEEKS = 12;

await inPlainWords(async () => {
  const command = new Command('npm run forecast --')
    .description('Forecasts the last weeks of recorded charging sessions and says how far off that was.')
    .argument('<file>', 'CSV as for npm run replay')
    .option('--weeks <number>', 'so many weeks are held back', parseCount, HELD_BACK_WEEKS)
    .option('--json', 'print one JSON object')
    .parse();
  const { weeks, json = false } = command.opts<{ weeks: number; json?: boolean }>();
  const file = command.args[0] ?? '';
  const { sessions } = readRecordedSessions(readText(file), file);
  const found = evaluate(hoursBySite(sessions), weeks);
  if (json) {
    process.stdout.write(`${JSON.stringify(found)}\n`);
    return 0;
  }
  const line = (name: string, last: number, ours: number, unit: string): void => {
    const better = last === 0 ? '' : `  (${Math.round((1 - ours / last) * 100)} % less)`;
    const [before, now] = [last, ours].map((value) => value.toFixed(2).padStart(9));
    process.stdout.write(`${name.padEnd(44)} ${before} ${now} ${unit}${better}\n`);
  };
  process.stdout.write(`${sessions.length} sessions, ${found.sites} sites, ${weeks} weeks held back, `
    + `${found.hours} hours forecast\n`);
  process.stdout.write(`${''.padEnd(44)} ${'last week'.padStart(9)} ${'forecast'.padStart(9)}\n`);
  const { lastWeek, forecast } = found;
  line('energy of an hour, mean absolute error', lastWeek.mae, forecast.mae, 'Wh');
  line('energy of an hour, root mean square error', lastWeek.rmse, forecast.rmse, 'Wh');
  line('energy of a day\'s peak hour, mean abs. error', lastWeek.peakMae, forecast.peakMae, 'Wh');
  line('peak hour of a day, mean absolute error', lastWeek.peakHourMae, forecast.peakHourMae, 'h');
  return forecast.mae < lastWeek.mae ? 0 : 1;
});

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Failure('bad-configuration', `cannot read ${file}: give a CSV file of charging sessions`, cause);
  }
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('it is a number from 1.');
}
