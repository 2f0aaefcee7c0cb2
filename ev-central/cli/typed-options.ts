// What a person types as an option, checked: quantities, times of day, prices. A wrong one is a usage error in words.
import { z } from 'zod';
import type { ConnectorType } from '../../shared/messages/values.ts';
import { CONNECTOR_TYPES } from '../../shared/messages/values.ts';
import { orderSchema } from '../../shared/messages/orders.ts';
import type { Order } from '../../shared/messages/orders.ts';
import type { Own } from './tool-action.ts';
import { UsageError } from './tool-action.ts';

/** The text of an option; undefined when it was not given. */
export function textOf(own: Own, name: string): string | undefined {
  const value = own[name];
  return typeof value === 'string' ? value : undefined;
}

export function textsOf(own: Own, name: string): string[] | undefined {
  const value = own[name];
  return Array.isArray(value) ? value.map(String) : undefined;
}

/** A required option's text. */
export function needText(own: Own, name: string): string {
  const value = textOf(own, name);
  if (value === undefined || value === '') throw new UsageError(`--${kebab(name)} is missing`);
  return value;
}

export function numberOf(own: Own, name: string): number | undefined {
  const text = textOf(own, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new UsageError(`--${kebab(name)}: "${text}" is no number`);
  return value;
}

export function needNumber(own: Own, name: string): number {
  const value = numberOf(own, name);
  if (value === undefined) throw new UsageError(`--${kebab(name)} is missing`);
  return value;
}

/** `22 → 22000 W`. */
export function wattsOf(text: string, what: string): number {
  const kw = Number(text);
  const fine = text.trim() !== '' && Number.isFinite(kw) && kw >= 0;
  if (!fine) throw new UsageError(`${what}: "${text}" is no power in kW`);
  return Math.round(kw * 1_000);
}

/** `IEC_62196_T2:22 → type and 22 kW`, with a tariff of its own behind another colon; numbered in the order given. */
export function connectorsOf(
  texts: readonly string[],
): { connectorNo: number; type: ConnectorType; maxPowerW: number; tariffId?: string }[] {
  return texts.map((text, i) => {
    const [type = '', kw = '', ...tariff] = text.split(':');
    const known = CONNECTOR_TYPES.find((each) => each === type.toUpperCase());
    if (known === undefined) throw new UsageError(`--connector: ${type} is none of ${CONNECTOR_TYPES.join(', ')}`);
    const own = tariff.length === 0 ? {} : { tariffId: tariff.join(':') };
    return { connectorNo: i + 1, type: known, maxPowerW: wattsOf(kw, `--connector ${text}`), ...own };
  });
}

/**
 * `--from` and `--to` as the lists filter by time. A date means its day of UTC: from its beginning, or to its end. A
 * time bears its offset; what is at `--to` itself is left out.
 */
export function timesOf(own: Own): { sinceMs?: number; untilMs?: number } {
  const [from, to] = [textOf(own, 'from'), textOf(own, 'to')];
  const sinceMs = from === undefined ? undefined : timeOf(from, '--from').startMs;
  const untilMs = to === undefined ? undefined : timeOf(to, '--to').endMs;
  if (sinceMs !== undefined && untilMs !== undefined && sinceMs >= untilMs) {
    throw new UsageError(`--from ${from ?? ''} is not before --to ${to ?? ''}`);
  }
  return { ...(sinceMs === undefined ? {} : { sinceMs }), ...(untilMs === undefined ? {} : { untilMs }) };
}

const DAY_MS = 86_400_000;

function timeOf(text: string, flag: string): { startMs: number; endMs: number } {
  const isDate = z.iso.date().safeParse(text).success;
  const withSeconds = text.replace(/(T\d\d:\d\d)(?=[Z+-])/, '$1:00');
  if (!isDate && !z.iso.datetime({ offset: true }).safeParse(withSeconds).success) {
    throw new UsageError(`${flag}: "${text}" is no time: write 2026-03-31, 2026-03-31T16:00Z or `
      + '2026-03-31T18:00+02:00');
  }
  const startMs = Date.parse(text);
  return { startMs, endMs: isDate ? startMs + DAY_MS : startMs };
}

/** `08:00-20:00 → minutes of the day`. */
export function hoursOf(text: string): { fromMinute: number; toMinute: number } {
  const match = /^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$/.exec(text.trim());
  const [from, to] = match === null ? [-1, -1] : [minute(match[1], match[2]), minute(match[3], match[4])];
  if (from < 0 || to < 0) throw new UsageError(`"${text}" is no time of day: write it as 08:00-20:00`);
  return { fromMinute: from, toMinute: to };
}

/** `--tariff`: an id, or `none`; without it what was known. */
export function tariffOf(own: Own, known: string | undefined): { tariffId?: string } {
  const id = textOf(own, 'tariff') ?? known;
  return id === undefined || id === 'none' ? {} : { tariffId: id };
}

/** A price as an exact decimal number, `0.42`. */
export function priceOf(own: Own, name: string): number | undefined {
  const text = textOf(own, name);
  if (text === undefined) return undefined;
  if (!/^\d{1,9}(\.\d{1,6})?$/.test(text.trim())) {
    throw new UsageError(`--${kebab(name)}: "${text}" is no price: write it as 0.42`);
  }
  return Number(text);
}

/** Checks an order as Central would; a bad field is a usage error that names it. */
export function checkedOrder(order: z.input<typeof orderSchema>): Order {
  const parsed = orderSchema.safeParse(order);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UsageError(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`);
}

function minute(hours: string | undefined, minutes: string | undefined): number {
  const value = Number(hours) * 60 + Number(minutes);
  return Number(minutes) < 60 && value <= 1440 ? value : -1;
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
