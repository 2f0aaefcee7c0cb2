import { z } from 'zod';
import { defineRecord } from './message.ts';
import { deadLetterReasonSchema } from './values.ts';

export const deadLetter = defineRecord({
  type: 'dead-letter',
  channel: 'dead-letters',
  key: 'source',
  delivery: 'outbox',
  summary: 'What could not be decoded, opened or handled, still sealed, with the reason.',
  fields: {
    /** Topic with prefix, partition and offset, or the link, where it came from. */
    source: z.string(),
    reason: deadLetterReasonSchema,
    detail: z.string(),
    /** Who it says it is from; not proved. */
    claimedSender: z.string(),
    headers: z.record(z.string(), z.string()),
    payloadBase64: z.string(),
  },
  example: {
    source: 'ev.facts/3@1042', reason: 'wrong-key', detail: 'key p-ALC-01-7 was revoked', claimedSender: 'ALC-01',
    headers: { from: 'ALC-01' }, payloadBase64: 'q83vEjRW',
  },
});
export type DeadLetter = z.infer<typeof deadLetter.schema>;
