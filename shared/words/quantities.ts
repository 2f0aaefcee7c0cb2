// Quantities as text, the same in every language: whole-number arithmetic only, units written as SI has them.
import type { BandTicketLine, ComponentTicketLine, TicketLine } from '../messages/ticket-line.ts';

/** `10250 → "10.250 kWh"`, exact. */
export function formatEnergy(energyWh: number): string {
  return `${thousandths(energyWh)} kWh`;
}

/** `11040 → "11.0 kW"`. */
export function formatPower(powerW: number): string {
  return `${(powerW / 1000).toFixed(1)} kW`;
}

/** Millionths of the major unit: `420000 → "0.42"`, `423500 → "0.4235"`; at least two digits. */
export function formatMicros(micros: number): string {
  const sign = micros < 0 ? '-' : '';
  const text = String(Math.abs(micros)).padStart(7, '0');
  const fraction = text.slice(-6).replace(/0{1,4}$/, '');
  return `${sign}${text.slice(0, -6)}.${fraction}`;
}

/** `h:mm:ss`. */
export function formatClock(durationMs: number): string {
  const seconds = Math.floor(durationMs / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** `2026-11-21 06:23:18`, in the zone. */
export function formatDateTime(atMs: number, timeZone: string): string {
  const part = parts(atMs, timeZone);
  return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}:${part('second')}`;
}

/** `06:23`, in the zone. */
export function formatTime(atMs: number, timeZone: string): string {
  const part = parts(atMs, timeZone);
  return `${part('hour')}:${part('minute')}`;
}

/** `570 → "09:30"`; 1440 is `24:00`. */
export function formatMinuteOfDay(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/** `2026-11-28 17:00 UTC` of a line that has the price of an hour of a series; nothing of other lines. */
export function lineHour(line: TicketLine): string {
  if (!('hourMs' in line) || line.hourMs === undefined || line.hourMs === null) return '';
  return `${formatDateTime(line.hourMs, 'UTC').slice(0, 16)} UTC`;
}

/** What is billed by a ticket's line and at what price, without VAT; and what that comes to. */
export function lineFigures(line: TicketLine): { quantity: string; amountMicros: number } {
  switch (line.kind) {
    case 'energy': return ofBand(formatEnergy(line.quantity), line);
    case 'time': return ofBand(formatClock(line.quantity), line);
    case 'session': return ofBand(String(line.quantity), line);
    case 'ENERGY': return ofComponent(formatEnergy(line.billed), line, '/kWh');
    case 'TIME': case 'PARKING_TIME': return ofComponent(formatClock(line.billed), line, '/h');
    case 'FLAT': return ofComponent(String(line.billed), line, '');
    case 'DISCOUNT': return { quantity: line.name.slice(0, 26), amountMicros: line.exclVatMicros };
    case 'RESERVATION': return { quantity: `${line.percent} %`, amountMicros: line.exclVatMicros };
    case 'MIN_PRICE': case 'MAX_PRICE': return { quantity: '', amountMicros: line.exclVatMicros };
  }
}

function ofBand(quantity: string, { unitPriceMicros, amountMicros }: BandTicketLine): ReturnType<typeof lineFigures> {
  return { quantity: `${quantity} x ${formatMicros(unitPriceMicros)}`, amountMicros };
}

function ofComponent(
  quantity: string, { unitPrice, exclVatMicros }: ComponentTicketLine, per: string,
): ReturnType<typeof lineFigures> {
  return { quantity: `${quantity} x ${twoPlaces(unitPrice)}${per}`, amountMicros: exclVatMicros };
}

/** `0.4 → 0.40`; more places stay. */
function twoPlaces(decimal: string): string {
  const [whole = '0', fraction = ''] = decimal.split('.');
  return `${whole}.${fraction.padEnd(2, '0')}`;
}

function thousandths(whole: number): string {
  const text = String(Math.abs(whole)).padStart(4, '0');
  return `${whole < 0 ? '-' : ''}${text.slice(0, -3)}.${text.slice(-3)}`;
}

function parts(atMs: number, timeZone: string): (type: Intl.DateTimeFormatPartTypes) => string {
  const found = formatterOf(timeZone).formatToParts(atMs);
  return (type) => found.find((part) => part.type === type)?.value ?? '';
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Making a formatter costs some 50 µs, using it 1 µs; a process sees few zones. */
function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
    second: '2-digit',
  });
  formatters.set(timeZone, made);
  return made;
}
