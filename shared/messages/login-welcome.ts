import { z } from 'zod';
import { currencySchema } from '../money.ts';
import { defineFrame } from './message.ts';
import { EXAMPLE_KEY } from './point-setup.ts';
import { amountMinorSchema, keyGrantSchema } from './values.ts';

export const loginWelcome = defineFrame({
  type: 'welcome-driver',
  channel: 'central→driver',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: 'Logged in: the keys, where the topics are, the balance. The missed notices follow in frames.',
  fields: {
    loginKey: keyGrantSchema,
    readingKey: keyGrantSchema,
    topicPrefix: z.string(),
    partitions: z.int().positive(),
    /** The last notice number that Central has given this driver. */
    lastNotice: z.int().nonnegative(),
    balanceMinor: amountMinorSchema,
    heldMinor: amountMinorSchema,
    currency: currencySchema,
  },
  example: {
    loginKey: { keyId: 'l-ana-31', ...EXAMPLE_KEY },
    readingKey: { keyId: 'r-ana-2', ...EXAMPLE_KEY, expiresAtMs: null },
    topicPrefix: 'ev', partitions: 12, lastNotice: 18, balanceMinor: 7_580, heldMinor: 0, currency: 'EUR',
  },
});
export type LoginWelcome = z.infer<typeof loginWelcome.schema>;
