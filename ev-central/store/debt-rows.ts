// The columns of debts.
import type { Debt } from '../../shared/messages/debt.ts';
import { defineCodec, flag, nullable, text, whole } from './columns.ts';

export const debts = defineCodec<Debt>({
  table: 'debts', key: ['account'],
  fields: {
    account: text(), currency: text(), sinceMs: whole(), step: whole(), isFinal: flag(), dueMs: nullable(whole()),
    pausedUntilMs: nullable(whole()), note: text(),
  },
});
