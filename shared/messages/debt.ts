// What a wallet owes: a row from the movement that brings its balance below zero to the one that ends that.
import { z } from 'zod';
import { walletSchema } from '../account.ts';
import { currencySchema } from '../money.ts';
import { amountMinorSchema, atMsSchema, noteSchema } from './values.ts';

export const debtSchema = z.object({
  /** The wallet of a user or a group. */
  account: walletSchema,
  currency: currencySchema,
  sinceMs: atMsSchema,
  /** Reminders that were sent. */
  step: z.int().nonnegative(),
  /** The last of them was the final notice: nothing more is sent. */
  isFinal: z.boolean(),
  /** When the next one is due; null: none is. */
  dueMs: atMsSchema.nullable(),
  /** An operator has put the reminders off until then. */
  pausedUntilMs: atMsSchema.nullable(),
  /** Why; empty otherwise. */
  note: noteSchema,
});
export type Debt = z.infer<typeof debtSchema>;

/** `open`: no reminder was sent yet. */
export const DEBT_STATES = ['open', 'reminded', 'paused', 'final'] as const;
export const debtStateSchema = z.enum(DEBT_STATES);
export type DebtState = z.infer<typeof debtStateSchema>;

/** As the lists show it. */
export const debtRowSchema = z.object({
  account: walletSchema,
  /** Positive. */
  owedMinor: amountMinorSchema,
  currency: currencySchema,
  sinceMs: atMsSchema,
  state: debtStateSchema,
  step: z.int().nonnegative(),
  /** When the next reminder goes out; null: none does. */
  nextAtMs: atMsSchema.nullable(),
  pausedUntilMs: atMsSchema.nullable(),
  note: noteSchema,
});
export type DebtRow = z.infer<typeof debtRowSchema>;
