// What became of an order, in words and line by line.
import type { OrderRecord } from './rows.ts';

export type Result = Pick<OrderRecord, 'outcome' | 'text' | 'lines'>;

export function done(text: string, lines: Result['lines'] = []): Result {
  return { outcome: 'done', text, lines };
}

export function refused(text: string, lines: Result['lines'] = []): Result {
  return { outcome: 'refused', text, lines };
}
