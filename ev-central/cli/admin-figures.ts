// `admin figures …`: reports of the figures, as tables, JSON, CSV or PDF; and all figures made anew.
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { systemClock } from '../../shared/clock.ts';
import { Failure } from '../../shared/failure.ts';
import { formatMoney, type Currency } from '../../shared/money.ts';
import { formatEnergy } from '../../shared/words/quantities.ts';
import { GROUPINGS, UTILISATION_GROUPINGS } from '../core/figures/ask.ts';
import { USUAL_FORECAST_DAYS } from '../core/figures/forecast-report.ts';
import { errorWords } from '../core/figures/forecast-words.ts';
import { type Report, REPORTS } from '../core/figures/reports.ts';
import { figuresPdf } from '../documents/figures-pdf.ts';
import { figuresCsv } from '../figure-csv.ts';
import { acquireLock } from '../../shared/sqlite/lock.ts';
import { withStore } from './local-store.ts';
import { readList, type Row } from './order-desk.ts';
import { printJson, printList } from './output.ts';
import { guarded, type Own, type Tool, UsageError, withDesk } from './tool-action.ts';
import { addToolOptions, readToolOptions } from './tool-options.ts';
import { textOf } from './typed-options.ts';

const ABOUT = {
  use: 'charges, energy, charging and idle time', revenue: 'what tickets and fees of plans came to, by currency',
  success: 'how many requests came to a charge, at the first attempt or at all',
  failures: 'why requests came to no charge', queue: 'waits in the queues',
  utilisation: 'in which share of the time a vehicle charged at a connector, or stood there',
  forecast: "what a site's coming hours are expected to need, the peak of each day, and how good such forecasts were",
  uptime: 'uptime by the rules of the US (97 %) and the UK (99 %), with outages by cause',
} as const satisfies Record<Report, string>;
const ANY = `${GROUPINGS.filter((each) => each !== 'connector').join(', ')} (default: day)`;
const BY = {
  use: ANY, revenue: ANY, success: ANY, failures: ANY, queue: ANY,
  uptime: 'connector, point, site, month or total (default: connector)',
  utilisation: `${UTILISATION_GROUPINGS.join(', ')} (default: day)`,
  forecast: 'hour, day or total: how good it is (default: all three; in a file: hour)',
} as const satisfies Record<Report, string>;
const OWNERS = { site: 'siteId', point: 'pointId', user: 'userId', group: 'groupId' } as const;

export function addFigureCommands(admin: Command): void {
  const figures = admin.command('figures').description('what the network was used for, took in and failed at');
  for (const report of REPORTS) {
    const command = figures.command(report).description(ABOUT[report]).option('--by <what>', BY[report]);
    if (report === 'forecast') {
      command.option('--days <number>', `today and the days that follow (default: ${USUAL_FORECAST_DAYS})`)
        .option('--holidays <days>', 'days on which the site is used as on a Sunday: 2026-12-25,2027-01-01');
    } else {
      command.option('--from <day>', "first day of the site's calendar (default: 30 days up to --to, for uptime 365)")
        .option('--to <day>', 'last day (default: today)');
    }
    command.option('--csv <file>', 'writes the rows').option('--pdf <file>', 'writes charts and rows');
    for (const owner of ownersOf(report)) command.option(`--${owner} <id>`, `of this ${owner}`);
    addToolOptions(command).action(withDesk((tool, _args, own) => showReport(report, tool, own)));
  }
  addToolOptions(figures.command('rebuild')
    .description('counts all that is stored anew; EV_Central must not run')).action(rebuild);
}

async function showReport(report: Report, { desk, options }: Tool, own: Own): Promise<void> {
  const filter: Record<string, string> = { report };
  for (const name of ['by', 'from', 'to', 'days', 'holidays'] as const) {
    const value = textOf(own, name);
    if (value !== undefined) filter[name] = value;
  }
  for (const [owner, field] of Object.entries(OWNERS)) {
    const id = textOf(own, owner);
    if (id !== undefined) filter[field] = id;
  }
  const [csv, pdf] = [textOf(own, 'csv'), textOf(own, 'pdf')];
  const toFile = csv !== undefined || pdf !== undefined;
  if (report === 'forecast' && filter['by'] === undefined && !toFile) return showForecast({ desk, options }, filter);
  if (report === 'forecast') filter['by'] ??= 'hour';
  const rows = await readList(desk, 'figures', filter);
  if (csv !== undefined) write('--csv', csv, figuresCsv(rows));
  if (pdf !== undefined) {
    const title = ABOUT[report].charAt(0).toUpperCase() + ABOUT[report].slice(1);
    const errors = report === 'forecast' ? await readList(desk, 'figures', { ...filter, by: 'total' }) : [];
    const span = [spanWords(report, filter), ...errors.map(errorWords)].join('\n');
    write('--pdf', pdf, await figuresPdf(report, rows, { title, span, madeAtMs: systemClock.now() }));
  }
  if (options.json) return printJson(rows);
  if (csv === undefined && pdf === undefined) return printList(rows.map(readable), options);
  process.stdout.write(`${rows.length} rows are in ${[csv, pdf].filter((file) => file !== undefined).join(' and ')}\n`);
}

function ownersOf(report: Report): readonly string[] {
  if (report === 'forecast') return ['site'];
  return report === 'uptime' || report === 'utilisation' ? ['site', 'point'] : Object.keys(OWNERS);
}

/** What the document is of, in words. */
function spanWords(report: Report, filter: Readonly<Record<string, string>>): string {
  const { report: _report, by, from, to = 'today', days, holidays, ...whose } = filter;
  const usual = { uptime: 'twelve months', forecast: `${days ?? USUAL_FORECAST_DAYS} days from today on` };
  const span = from !== undefined ? `${from} to ${to}`
    : report === 'uptime' || report === 'forecast' ? usual[report] : `30 days up to ${to}`;
  const free = holidays === undefined ? [] : [`holidays ${holidays}`];
  return [...Object.values(whose), `by ${by ?? (report === 'uptime' ? 'connector' : 'day')}`, span, ...free].join(', ');
}

/** The hours, the days with their peaks, and how good such forecasts of the site were. */
async function showForecast(
  { desk, options }: Pick<Tool, 'desk' | 'options'>, filter: Readonly<Record<string, string>>,
): Promise<void> {
  const of = (by: 'hour' | 'day' | 'total'): Promise<Row[]> => readList(desk, 'figures', { ...filter, by });
  const [hours, days, errors] = [await of('hour'), await of('day'), await of('total')];
  if (options.json) return printJson({ hours, days, errors: errors[0] ?? null });
  printList(hours.map(readable), options);
  process.stdout.write('\n');
  printList(days.map(readable), options);
  process.stdout.write(`\n${errors.map(errorWords).join('\n')}\n`);
}

/** For people: kWh, hours and amounts in place of their smallest units. */
function readable(row: Row): Row {
  const currency = row['currency'] as Currency | undefined;
  return Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'currency').map(([name, value]) => {
    if (name.endsWith('Wh') && typeof value === 'number') return [name.slice(0, -2), formatEnergy(value)];
    if (name.endsWith('Minor') && typeof value === 'number' && currency !== undefined) {
      return [name.slice(0, -'Minor'.length), formatMoney(value, currency)];
    }
    if (name.endsWith('Ms') && typeof value === 'number') return [name.slice(0, -2), hours(value)];
    if (name.endsWith('Percent')) return [name.slice(0, -'Percent'.length) + ' %', value];
    return [name, value];
  }));
}

/** `5:04 h`. */
function hours(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')} h`;
}

/** For its owner alone: it says how much somebody charged. */
function write(flag: string, file: string, content: string | Buffer): void {
  if (file === '') throw new UsageError(`${flag} is empty: name a file`);
  try {
    writeFileSync(file, content, { mode: 0o600 });
  } catch (cause) {
    throw new Failure('not-writable', `cannot write ${file}: name another file`, cause);
  }
}

async function rebuild(...given: unknown[]): Promise<void> {
  const command = given.at(-1) as Command;
  await guarded(async () => {
    const options = readToolOptions(command);
    if (options.remote) throw new UsageError('this writes the database: run it on its machine, without --central');
    const lock = acquireLock(options.files.database);
    if (lock === null) throw new Failure('database-locked', 'EV_Central runs on this database: stop it first');
    try {
      await withStore(options, (store) => {
        const rows = store.rebuildFigures();
        if (options.json) printJson({ outcome: 'done', rows });
        else process.stdout.write(`all figures were made anew, of ${rows} tickets, fees, refunds, requests, outages\n`);
      });
    } finally {
      lock.release();
    }
  });
}
