// A price as a ticket shows it: its lines, and its VAT by rate. The two totals of a price are rounded once each,
// half-even; what a rate has of them is cut to whole minor units, and what is missing then goes to the rates that lost
// the most by it. So the net amounts add up to the total without VAT, and net and VAT together to the total with it.
import type { Decimal } from '../../../shared/decimal.ts';
import { decimalText, fixedText } from '../../../shared/decimal.ts';
import type { Ratio } from '../../../shared/money.ts';
import { addRatio, minorDigits, ratio, roundHalfEven, ZERO } from '../../../shared/money.ts';
import type { Priced } from '../../../shared/messages/exchange-rate.ts';
import type { VatPart } from '../../../shared/messages/values.ts';
import type { ComponentTicketLine, TicketLine } from '../../../shared/messages/ticket-line.ts';
import { settledMinor } from './exchange.ts';
import type { TariffRules } from './rules.ts';
import type { PriceLine, UsagePrice } from './usage-price.ts';

/** The rate of what bears no VAT. */
const NO_VAT = '0';

/** What a ticket or a correction says of a price. */
export type Bill = {
  readonly lines: readonly TicketLine[];
  readonly vat: readonly VatPart[];
  /** With VAT; what is paid, in the currency of the wallet, as `vat`. */
  readonly totalMinor: number;
  /** What it is in the currency of its lines, when that is another one. */
  readonly priced?: Priced;
};

/** The bill of a whole session. */
export function billOf(price: UsagePrice, rules: TariffRules): Bill {
  const { settlement } = rules;
  const totals = {
    exclMinor: settledMinor(price.totalExclMinor, settlement),
    inclMinor: settledMinor(price.totalInclMinor, settlement),
  };
  const bill = {
    lines: price.lines.map(ticketLine), vat: vatByRate(price.lines, totals, rules),
    totalMinor: Number(totals.inclMinor),
  };
  if (settlement === null) return bill;
  const { base, quote, date, rate } = settlement.exchange;
  const totalMinor = Number(price.totalInclMinor);
  return { ...bill, priced: { currency: rules.currency, totalMinor, base, quote, date, rate } };
}

/** What a later bill of the same session has beyond an earlier one: the difference of the rounded amounts. */
export function billDifference(later: Bill, earlier: Bill): Bill {
  return {
    lines: later.lines.flatMap((line) => lineDifference(line, earlier.lines.find((was) => isSameLine(line, was))))
      .concat(earlier.lines.flatMap((was) =>
        (later.lines.some((line) => isSameLine(line, was)) ? [] : lineDifference(nothingOf(was), was)))),
    vat: vatDifference(later.vat, earlier.vat),
    totalMinor: later.totalMinor - earlier.totalMinor,
    ...(later.priced === undefined ? {} : {
      priced: { ...later.priced, totalMinor: later.priced.totalMinor - (earlier.priced?.totalMinor ?? 0) },
    }),
  };
}

function ticketLine(line: PriceLine): TicketLine {
  const amounts = { exclVatMicros: micros(line.exclVat), inclVatMicros: micros(line.inclVat) };
  if (line.kind === 'discount') {
    const { planId: plan, name } = line.discount;
    const vatPercent = line.vatPercent === null ? null : decimalText(line.vatPercent);
    return { kind: 'DISCOUNT', plan, name, vatPercent, ...amounts };
  }
  if (line.kind !== 'component') return { kind: line.kind === 'min-price' ? 'MIN_PRICE' : 'MAX_PRICE', ...amounts };
  return {
    kind: line.type, reservation: line.isReservation, element: line.element, component: line.component,
    quantity: line.quantity, billed: line.billed, unitPrice: decimalText(line.unitPrice),
    vatPercent: line.vatPercent === null ? null : decimalText(line.vatPercent), ...amounts,
    fromMs: line.fromMs, toMs: line.toMs,
    ...(line.series === null ? {} : { series: line.series, hourMs: line.hourMs }),
  };
}

function micros({ numerator, denominator }: Ratio): number {
  return Number(roundHalfEven(ratio(numerator * 1_000_000n, denominator)));
}

function isSameLine(a: TicketLine, b: TicketLine): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === 'DISCOUNT' && b.kind === 'DISCOUNT') return a.vatPercent === b.vatPercent;
  return !isComponent(a) || !isComponent(b)
    || (a.element === b.element && a.component === b.component && a.hourMs === b.hourMs);
}

function isComponent(line: TicketLine): line is ComponentTicketLine {
  return 'element' in line;
}

/** A minimum price that no longer adds anything. */
function nothingOf(line: TicketLine): TicketLine {
  if ('exclVatMicros' in line) return { ...line, exclVatMicros: 0, inclVatMicros: 0 };
  return line;
}

function lineDifference(line: TicketLine, was: TicketLine | undefined): TicketLine[] {
  if (was === undefined) return [line];
  if (!('exclVatMicros' in line) || !('exclVatMicros' in was)) return [];
  const exclVatMicros = line.exclVatMicros - was.exclVatMicros;
  const inclVatMicros = line.inclVatMicros - was.inclVatMicros;
  if (!isComponent(line) || !isComponent(was)) {
    return exclVatMicros === 0 && inclVatMicros === 0 ? [] : [{ ...line, exclVatMicros, inclVatMicros }];
  }
  const [quantity, billed] = [line.quantity - was.quantity, line.billed - was.billed];
  return quantity === 0 && billed === 0 ? [] : [{
    ...line, quantity, billed, exclVatMicros, inclVatMicros, fromMs: Math.min(was.toMs, line.toMs),
  }];
}

function vatDifference(later: readonly VatPart[], earlier: readonly VatPart[]): VatPart[] {
  const rates = [...new Set([...later, ...earlier].map(({ rate }) => rate))];
  const amountsOf = (rows: readonly VatPart[], rate: string): { netMinor: number; vatMinor: number } =>
    rows.find((row) => row.rate === rate) ?? { netMinor: 0, vatMinor: 0 };
  return rates.map((rate) => {
    const [now, was] = [amountsOf(later, rate), amountsOf(earlier, rate)];
    return { rate, netMinor: now.netMinor - was.netMinor, vatMinor: now.vatMinor - was.vatMinor };
  }).filter(({ netMinor, vatMinor }) => netMinor !== 0 || vatMinor !== 0);
}

/** Exact, in the major unit. */
type Rate = { readonly rate: string; readonly net: Ratio; readonly vat: Ratio };

/**
 * A minimum or maximum price is spread over the rates in the proportion of what was used; when all of that was free, it
 * goes to the rate of the first line.
 */
function vatByRate(lines: readonly PriceLine[], { exclMinor, inclMinor }: Totals, rules: TariffRules): VatPart[] {
  const rates = ratesOf(lines);
  const [first] = rates;
  if (first === undefined) {
    const whole = { rate: NO_VAT, netMinor: Number(exclMinor), vatMinor: Number(inclMinor - exclMinor) };
    return inclMinor === 0n ? [] : [whole];
  }
  const net = spread(rates.map((each) => each.net), exclMinor, rules);
  const vat = spread(rates.map((each) => each.vat), inclMinor - exclMinor, rules);
  return rates.map(({ rate }, i) => ({ rate, netMinor: Number(net[i]), vatMinor: Number(vat[i]) }));
}

/** As they are paid. */
type Totals = { readonly exclMinor: bigint; readonly inclMinor: bigint };

/** In the order of the lines. */
function ratesOf(lines: readonly PriceLine[]): Rate[] {
  const byRate = new Map<string, Rate>();
  for (const line of lines) {
    if (line.kind !== 'component' && line.kind !== 'discount') continue;
    const rate = rateOf(line.vatPercent);
    const before = byRate.get(rate) ?? { rate, net: ZERO, vat: ZERO };
    const vat = addRatio(line.inclVat, { ...line.exclVat, numerator: -line.exclVat.numerator });
    byRate.set(rate, { rate, net: addRatio(before.net, line.exclVat), vat: addRatio(before.vat, vat) });
  }
  return [...byRate.values()];
}

/** As tickets name a rate: at most four places. */
function rateOf(percent: Decimal | null): string {
  if (percent === null) return NO_VAT;
  return percent.scale <= 4 ? decimalText(percent) : fixedText(ratio(percent.digits, 10n ** BigInt(percent.scale)), 4);
}

/**
 * Whole amounts in the proportion of exact ones, which add up to the total: each is cut, and the largest rests get one
 * more. Without any amounts the first has it all.
 */
function spread(amounts: readonly Ratio[], total: bigint, { currency, settlement }: TariffRules): bigint[] {
  const common = amounts.reduce((product, { denominator }) =>
    (product % denominator === 0n ? product : product * denominator), 1n);
  const parts = amounts.map(({ numerator, denominator }) => numerator * (common / denominator));
  const sum = parts.reduce((a, b) => a + b, 0n);
  if (sum === 0n) return parts.map((_part, i) => (i === 0 ? total : 0n));
  // As they are when they round to the total; in proportion when a bound or an exchange rate has changed it.
  const own = sum * 10n ** BigInt(minorDigits(currency));
  const isOwn = settlement === null && own > (total - 1n) * common && own < (total + 1n) * common;
  const [factor, divisor] = isOwn ? [10n ** BigInt(minorDigits(currency)), common] : [total, sum];
  const whole = parts.map((part) => part * factor / divisor);
  const byRest = parts.map((part, i) => ({ i, rest: part * factor % divisor, isUsed: part > 0n }))
    .filter(({ isUsed }) => isUsed).sort((a, b) => (a.rest === b.rest ? a.i - b.i : a.rest > b.rest ? -1 : 1));
  let missing = total - whole.reduce((a, b) => a + b, 0n);
  for (let k = 0; missing > 0n; k = (k + 1) % byRest.length, missing -= 1n) {
    const at = byRest[k]?.i ?? 0;
    whole[at] = (whole[at] ?? 0n) + 1n;
  }
  return whole;
}
