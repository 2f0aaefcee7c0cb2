// A report of the figures as a PDF: charts of what counts in it, then all of its rows.
import { type Currency, formatMoney } from '../../shared/money.ts';
import { formatEnergy } from '../../shared/words/quantities.ts';
import type { Report } from '../core/figures/reports.ts';
import { type Chart, drawChart } from './chart.ts';
import { ACCENT, CONTENT_WIDTH, FAINT, LEFT, Sheet } from './sheet.ts';

type Row = Readonly<Record<string, unknown>>;
type Column = { readonly title: string; readonly text: (row: Row) => string };
type Measure = {
  readonly title: string; readonly value: (row: Row) => number | null; readonly format: (value: number) => string;
  readonly color: string; readonly top?: number;
};
/** What the head of the document says. */
export type FiguresAbout = { readonly title: string; readonly span: string; readonly madeAtMs: number };

const BLUE = '#2f6db3';
const RED = '#b3402f';
const CHART_HEIGHT = 190;
const ROW_HEIGHT = 13;
/** Fields that say whose row it is, or when. */
const KEYS = ['hour', 'day', 'month', 'year', 'siteId', 'pointId', 'userId', 'groupId', 'connectorId'];

export function figuresPdf(report: Report, rows: readonly Row[], about: FiguresAbout): Promise<Buffer> {
  const { title, madeAtMs } = about;
  const sheet = new Sheet({ title, author: 'EV network', createdAtMs: madeAtMs, foot: [title] });
  sheet.y += sheet.put(about.title, { size: 18, color: ACCENT }) + 4;
  sheet.y += sheet.put(about.span, { size: 9, color: FAINT }) + 18;
  for (const chart of chartsOf(report, rows)) {
    sheet.ensure(CHART_HEIGHT);
    drawChart(sheet, chart, { x: LEFT, y: sheet.y, width: CONTENT_WIDTH, height: CHART_HEIGHT });
    sheet.y += CHART_HEIGHT + 14;
  }
  drawTable(sheet, columnsOf(report, rows), rows);
  return sheet.end();
}

function chartsOf(report: Report, rows: readonly Row[]): Chart[] {
  // Money of two currencies is no one amount.
  const currencies = [...new Set(rows.map((row) => row['currency']))];
  return currencies.flatMap((currency) => {
    const own = rows.filter((row) => row['currency'] === currency);
    return measuresOf(report, own).map(({ title, value, ...look }): Chart => ({
      ...look, title, points: own.map((row) => ({ label: labelOf(report, row), value: value(row) })),
    }));
  });
}

function measuresOf(report: Report, rows: readonly Row[]): Measure[] {
  switch (report) {
    case 'use': return [
      { title: 'Energy (kWh)', value: (row) => number(row, 'energyWh') / 1_000, format: short, color: ACCENT },
      { title: 'Charges', value: (row) => number(row, 'sessions'), format: short, color: BLUE },
      {
        title: 'Idle time (hours)', value: (row) => number(row, 'idleMs') / 3_600_000, format: short, color: RED,
      },
    ];
    case 'revenue': {
      const currency = currencyOf(rows[0]);
      const whole = (value: number): string => formatMoney(Math.round(value), currency);
      const title = `Net revenue (${currency})`;
      return [{ title, value: (row) => number(row, 'netMinor'), format: whole, color: ACCENT }];
    }
    case 'success': return [{
      title: 'First attempts that came to a charge (%)', value: (row) => share(row, 'firstChargedPercent'),
      format: short, color: ACCENT, top: 100,
    }];
    case 'failures': return [
      { title: 'Requests that came to no charge', value: (row) => number(row, 'times'), format: short, color: RED },
    ];
    case 'utilisation': return [
      { title: 'Utilisation (%)', value: (row) => share(row, 'utilisationPercent'), format: short, color: ACCENT },
      { title: 'Occupied (%)', value: (row) => share(row, 'occupiedPercent'), format: short, color: BLUE },
      { title: 'Idle time (hours)', value: (row) => number(row, 'idleMs') / 3_600_000, format: short, color: RED },
    ];
    case 'forecast': return rows[0]?.['maeWh'] !== undefined ? [] : [
      {
        title: 'Expected energy (kWh)', value: (row) => number(row, 'energyWh') / 1_000, format: short, color: ACCENT,
      },
      ...(rows[0]?.['peakWh'] === undefined ? [] : [{
        title: 'Expected in the peak hour (kWh)', value: (row: Row) => number(row, 'peakWh') / 1_000, format: short,
        color: BLUE,
      }]),
    ];
    case 'uptime': return [
      { title: 'Uptime (%)', value: (row) => share(row, 'uptimePercent'), format: short, color: ACCENT, top: 100 },
      { title: 'Outages (hours)', value: (row) => number(row, 'outageMs') / 3_600_000, format: short, color: RED },
    ];
    case 'queue': return [
      { title: 'Waits in the queue', value: (row) => number(row, 'waits'), format: short, color: BLUE },
      {
        title: 'Mean wait (minutes)', value: (row) => minutes(share(row, 'meanWaitMs')), format: short, color: ACCENT,
      },
    ];
  }
}

function columnsOf(report: Report, rows: readonly Row[]): Column[] {
  const key = KEYS.find((name) => rows[0]?.[name] !== undefined);
  const keys: Column[] = key === undefined ? [] : [{ title: key.replace(/Id$/, ''), text: (row) => String(row[key]) }];
  return [...keys, ...valuesOf(report, rows)];
}

function valuesOf(report: Report, rows: readonly Row[]): Column[] {
  const plain = (title: string, name: string): Column => ({ title, text: (row) => String(row[name] ?? '–') });
  const money = (title: string, name: string): Column => ({
    title, text: (row) => formatMoney(number(row, name), currencyOf(row)),
  });
  const time = (title: string, name: string): Column => ({ title, text: (row) => hours(number(row, name)) });
  const percent = (title: string, name: string): Column => ({
    title, text: (row) => (share(row, name) === null ? '–' : `${number(row, name).toFixed(1)} %`),
  });
  // Rounded down: what misses a limit does not look as if it met it.
  const limited = (title: string, name: string): Column => ({
    title,
    text: (row) => (share(row, name) === null ? '–' : `${(Math.floor(number(row, name) * 100) / 100).toFixed(2)} %`),
  });
  switch (report) {
    case 'use': return [
      plain('charges', 'sessions'), { title: 'energy', text: (row) => formatEnergy(number(row, 'energyWh')) },
      time('charging', 'chargingMs'), time('idle', 'idleMs'),
    ];
    case 'revenue': return [
      money('total', 'totalMinor'), money('VAT', 'vatMinor'), money('given back', 'refundedMinor'),
      money('plan fees', 'planFeesMinor'), money('net', 'netMinor'),
    ];
    case 'success': return [
      plain('requests', 'attempts'), percent('charged', 'chargedPercent'), plain('first', 'firstAttempts'),
      percent('first charged', 'firstChargedPercent'),
    ];
    case 'failures': return [
      plain('cause', 'cause'), plain('side', 'side'), plain('times', 'times'), plain('first', 'firstTimes'),
    ];
    case 'utilisation': return [
      time('connector time', 'connectorMs'), time('charging', 'chargingMs'), time('idle', 'idleMs'),
      percent('utilisation', 'utilisationPercent'), percent('occupied', 'occupiedPercent'),
      percent('idle', 'idlePercent'),
    ];
    case 'forecast': return forecastColumns(rows);
    case 'uptime': return [
      limited('uptime', 'uptimePercent'),
      ...(rows[0]?.['yearUptimePercent'] === undefined ? [] : [limited('12 months', 'yearUptimePercent')]),
      limited('reliable (UK)', 'reliablePercent'), time('faulted', 'faultedMs'),
      time('disconnected', 'disconnectedMs'), time('out of order', 'outOfOrderMs'), time('planned', 'maintenanceMs'),
      time('no Central', 'centralAwayMs'),
    ];
    case 'queue': return [
      plain('waits', 'waits'), percent('served', 'servedPercent'),
      {
        title: 'mean wait',
        text: (row) => (share(row, 'meanWaitMs') === null ? '–' : hours(number(row, 'meanWaitMs'))),
      },
    ];
  }
}

function forecastColumns(rows: readonly Row[]): Column[] {
  const energy = (title: string, name: string): Column => ({
    title, text: (row) => (share(row, name) === null ? '–' : formatEnergy(number(row, name))),
  });
  const plain = (title: string, name: string): Column => ({ title, text: (row) => String(row[name] ?? '–') });
  const [first] = rows;
  if (first?.['weeks'] !== undefined) return [
    plain('weeks', 'weeks'), plain('held back', 'heldBackWeeks'), energy('error (MAE)', 'maeWh'),
    energy('of last week', 'lastWeekMaeWh'), energy('RMSE', 'rmseWh'), energy('of last week', 'lastWeekRmseWh'),
  ];
  if (first?.['peakWh'] !== undefined) return [
    energy('energy', 'energyWh'), plain('peak hour', 'peakTime'), energy('in it', 'peakWh'),
  ];
  return [
    plain('day', 'day'), plain('time', 'time'), energy('energy', 'energyWh'), energy('last week', 'lastWeekWh'),
    { title: 'peak', text: (row) => (row['isPeak'] === true ? 'peak' : '') },
  ];
}

function drawTable(sheet: Sheet, columns: readonly Column[], rows: readonly Row[]): void {
  const width = CONTENT_WIDTH / Math.max(1, columns.length);
  const line = (cells: readonly string[], style: { bold?: boolean; color?: string }): void => {
    for (const [i, text] of cells.entries()) {
      const isFirst = i === 0;
      sheet.put(text, {
        size: 7.5, ...style, x: isFirst ? LEFT : LEFT + (i + 1) * width, width: width - 4, right: !isFirst,
        height: ROW_HEIGHT - 2,
      });
    }
    sheet.y += ROW_HEIGHT;
  };
  const head = (): void => {
    line(columns.map(({ title }) => title), { bold: true, color: FAINT });
    sheet.rule();
    sheet.y += 4;
  };
  sheet.ensure(3 * ROW_HEIGHT);
  head();
  sheet.onNewPage = head;
  for (const row of rows) {
    sheet.ensure(ROW_HEIGHT);
    line(columns.map(({ text }) => text(row)), {});
  }
  if (rows.length === 0) sheet.put('Nothing was counted in these days.', { size: 9, color: FAINT });
}

function labelOf(report: Report, row: Row): string {
  const key = KEYS.find((name) => row[name] !== undefined);
  const text = key === undefined ? '' : String(row[key]);
  if (report !== 'failures') return text;
  return `${text === '' ? '' : `${text} `}${String(row['cause'])}`;
}

function number(row: Row, name: string): number {
  const value = row[name];
  return typeof value === 'number' ? value : 0;
}

function share(row: Row, name: string): number | null {
  const value = row[name];
  return typeof value === 'number' ? value : null;
}

function currencyOf(row: Row | undefined): Currency {
  return (row?.['currency'] ?? 'EUR') as Currency;
}

function minutes(ms: number | null): number | null {
  return ms === null ? null : ms / 60_000;
}

/** `5:04 h`. */
function hours(ms: number): string {
  const whole = Math.round(ms / 60_000);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')} h`;
}

function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}
