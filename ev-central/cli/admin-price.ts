// `admin price`: what a session would cost under an OCPI tariff. It reads two files, and needs neither a running
// EV_Central nor a database.
import type { Command } from 'commander';
import { type PricedSession, usageOfPeriods } from '../core/tariff/period.ts';
import type { SeriesPrices } from '../core/tariff/hourly.ts';
import type { TariffRules } from '../core/tariff/rules.ts';
import { isValidAt } from '../core/tariff/rules.ts';
import type { ComponentLine, PriceLine, UsagePrice } from '../core/tariff/usage-price.ts';
import { priceOfUsage } from '../core/tariff/usage-price.ts';
import { isoTime } from '../../shared/clock.ts';
import { isId } from '../../shared/ids.ts';
import { decimalText, fixedText } from '../../shared/decimal.ts';
import type { TariffDimension } from '../../shared/messages/ocpi-tariff.ts';
import type { Currency, Ratio } from '../../shared/money.ts';
import { minorDigits, ratio } from '../../shared/money.ts';
import type { Row } from './order-desk.ts';
import { printJson, printList } from './output.ts';
import { readSessionFile, readTariffFile } from './price-files.ts';
import { readSeriesFile } from './series-file.ts';
import { guarded, UsageError } from './tool-action.ts';

/** What the command prints with `--json`: amounts as decimal text in the currency's major unit. */
export type PriceReport = {
  readonly currency: Currency;
  readonly totalExclVat: string;
  readonly totalInclVat: string;
  readonly lines: readonly ReportLine[];
  /** What a person should know, in words. */
  readonly notes: readonly string[];
};

type Amounts = {
  /** To 12 places; the totals are made of the exact amounts. */
  readonly amountExclVat: string;
  readonly amountInclVat: string;
};
type ReportLine = Amounts & ({
  readonly type: TariffDimension;
  readonly reservation: boolean;
  /** Of the tariff's list, from 0. */
  readonly element: number;
  readonly quantity: string;
  /** After the step size. */
  readonly billed: string;
  readonly unit: 'kWh' | 's' | 'session';
  readonly unitPrice: string;
  readonly per: 'kWh' | 'h' | 'session';
  /** Per cent; null: no VAT applies. */
  readonly vat: string | null;
  readonly from: string;
  readonly to: string;
  /** Of the price series that the component names: the hour whose price this is; null: the component's own price. */
  readonly hour?: string | null;
} | {
  readonly type: 'MIN_PRICE' | 'MAX_PRICE';
  readonly bound: { readonly exclVat: string; readonly inclVat: string | null };
});

export function addPriceCommand(admin: Command): void {
  admin.command('price <tariff> <session>')
    .description('what a session would cost under an OCPI 2.2.1 tariff; both are JSON files')
    .option('--series <id=file>', 'the prices per hour that the tariff names, as CSV; once for each series', many)
    .option('--json', 'print JSON for programs')
    .action(async (...given: unknown[]) => {
      const command = given.at(-1) as Command;
      const [tariff = '', session = ''] = command.args;
      await guarded(async () => {
        const series = seriesFiles(command.opts()['series'] as string[] | undefined);
        const { report, price } = priceFiles(tariff, session, series);
        if (command.opts()['json'] === true) return printJson(report);
        printTable(report, price);
      });
    });
}

/** Prices the session of one file by the tariff of another. Throws `Failure('bad-configuration')`. */
export function priceFiles(
  tariffFile: string, sessionFile: string, series: ReadonlyMap<string, SeriesPrices> = new Map(),
): { report: PriceReport; price: UsagePrice } {
  return priced(readTariffFile(tariffFile, series), readSessionFile(sessionFile));
}

export function priced(rules: TariffRules, session: PricedSession): { report: PriceReport; price: UsagePrice } {
  const price = priceOfUsage(usageOfPeriods(session, rules), rules);
  return { report: reportOf(price, rules, session.startMs), price };
}

const many = (value: string, before: string[] = []): string[] => [...before, value];

function seriesFiles(given: readonly string[] | undefined): ReadonlyMap<string, SeriesPrices> {
  return new Map((given ?? []).map((text) => {
    const [id = '', file = ''] = [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)];
    if (!isId(id)) throw new UsageError(`--series: "${text}" is not ID=FILE`);
    return [id, { key: `${id}#1`, runs: [readSeriesFile(file, null)] }];
  }));
}

function reportOf(price: UsagePrice, rules: TariffRules, startMs: number): PriceReport {
  const { currency, validFromMs, validToMs } = rules;
  const total = (minor: bigint): string =>
    fixedText(ratio(minor, 10n ** BigInt(minorDigits(currency))), minorDigits(currency));
  const bounds = [
    ...(validFromMs === null ? [] : [`from ${isoTime(validFromMs)}`]),
    ...(validToMs === null ? [] : [`until ${isoTime(validToMs)}`]),
  ].join(' ');
  return {
    currency, totalExclVat: total(price.totalExclMinor), totalInclVat: total(price.totalInclMinor),
    lines: price.lines.filter(isNoDiscount).map(reportLine),
    notes: isValidAt(rules, startMs) ? [] : [`the tariff is valid ${bounds}: the session does not begin then`],
  };
}

/** Files name no plan. */
function isNoDiscount(line: PriceLine): line is Exclude<PriceLine, { kind: 'discount' }> {
  return line.kind !== 'discount';
}

function reportLine(line: Exclude<PriceLine, { kind: 'discount' }>): ReportLine {
  const amounts = { amountExclVat: amountText(line.exclVat), amountInclVat: amountText(line.inclVat) };
  if (line.kind !== 'component') {
    const { exclVat, inclVat } = line.bound;
    return {
      type: line.kind === 'min-price' ? 'MIN_PRICE' : 'MAX_PRICE', ...amounts,
      bound: { exclVat: decimalText(exclVat), inclVat: inclVat === null ? null : decimalText(inclVat) },
    };
  }
  return {
    type: line.type, reservation: line.isReservation, element: line.element,
    quantity: quantityText(line, line.quantity), billed: quantityText(line, line.billed), ...UNITS[line.type],
    unitPrice: decimalText(line.unitPrice), vat: line.vatPercent === null ? null : decimalText(line.vatPercent),
    ...amounts, from: isoTime(line.fromMs), to: isoTime(line.toMs),
    ...(line.series === null ? {} : { hour: line.hourMs === null ? null : isoTime(line.hourMs) }),
  };
}

const UNITS = {
  ENERGY: { unit: 'kWh', per: 'kWh' },
  FLAT: { unit: 'session', per: 'session' },
  PARKING_TIME: { unit: 's', per: 'h' },
  TIME: { unit: 's', per: 'h' },
} as const satisfies Record<TariffDimension, unknown>;

/** Wh as kWh, ms as s. */
function quantityText({ type }: ComponentLine, quantity: number): string {
  return trimmed(type === 'FLAT' ? String(quantity) : fixedText(ratio(BigInt(quantity), 1_000n), 3));
}

function amountText(value: Ratio): string {
  return trimmed(fixedText(value, 12));
}

/** `"1.500" → "1.5"`, `"2.000" → "2"`. */
function trimmed(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function printTable({ currency, totalExclVat, totalInclVat, notes }: PriceReport, { lines }: UsagePrice): void {
  printList(lines.filter(isNoDiscount).map((line) => tableRow(line, minorDigits(currency))), { json: false });
  process.stdout.write(`\nTotal ${totalExclVat} ${currency} without VAT, ${totalInclVat} ${currency} with VAT\n`);
  for (const note of notes) process.stderr.write(`Note: ${note}\n`);
}

const WORDS = {
  ENERGY: 'energy', FLAT: 'fee', PARKING_TIME: 'parking time', TIME: 'charging time',
} as const satisfies Record<TariffDimension, string>;

function tableRow(line: Exclude<PriceLine, { kind: 'discount' }>, digits: number): Row {
  const places = Math.max(4, digits);
  const amounts = { withoutVat: fixedText(line.exclVat, places), withVat: fixedText(line.inclVat, places) };
  if (line.kind !== 'component') {
    const what = line.kind === 'min-price' ? 'up to the minimum price' : 'down to the maximum price';
    return { element: null, what, used: null, billed: null, price: null, vat: null, ...amounts };
  }
  const [used, billed] = [shownQuantity(line, line.quantity), shownQuantity(line, line.billed)];
  const reserved = line.type === 'FLAT' ? 'reservation fee' : 'reservation time';
  return {
    element: line.element + 1, what: line.isReservation ? reserved : WORDS[line.type], used, billed,
    price: `${decimalText(line.unitPrice, digits)} per ${UNITS[line.type].per}`,
    vat: line.vatPercent === null ? null : `${decimalText(line.vatPercent)} %`, ...amounts,
  };
}

/** `5.25 kWh`, `1:05:00` (hours, minutes, seconds), `once`. */
function shownQuantity({ type }: ComponentLine, quantity: number): string {
  if (type === 'FLAT') return 'once';
  if (type === 'ENERGY') return `${trimmed(fixedText(ratio(BigInt(quantity), 1_000n), 3))} kWh`;
  const seconds = Math.floor(quantity / 1_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return quantity % 1_000 === 0 ? clock : `${clock}.${String(quantity % 1_000).padStart(3, '0')}`;
}
