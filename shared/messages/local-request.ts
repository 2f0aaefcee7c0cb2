import type { z } from 'zod';
import { defineFrame } from './message.ts';
import { requestAtPointExample, requestAtPointFields } from './request-at-point.ts';

export const localRequest = defineFrame({
  type: 'local-request',
  channel: 'monitor→central',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: 'A driver asks at the point itself, with id and PIN; the monitor hands it on.',
  fields: requestAtPointFields,
  example: requestAtPointExample,
});
export type LocalRequest = z.infer<typeof localRequest.schema>;
