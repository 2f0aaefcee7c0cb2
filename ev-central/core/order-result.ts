// What became of an order, in words and line by line.
import type { OrderRecord } from './rows.ts';

export type Result = Pick<OrderRecord, 'outcome' | 'text' | 'lines'>;

export function done(text: string, lines: Result['lines'] = []): Result {
  return { outcome: 'done', text, lines };
}

export function refused(text: string, lines: Result['lines'] = []): Result {
  return { outcome: 'refused', text, lines };
}

/** `1 point`, `3 points`; for nouns whose plural ends in s. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
