import type { z } from 'zod';
import { defineFrame } from './message.ts';

export const renewKey = defineFrame({
  type: 'renew-key',
  channel: 'monitor→central',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: 'The key runs out soon, or the engine has none: Central answers with a new welcome.',
  fields: {},
  example: {},
});
export type RenewKey = z.infer<typeof renewKey.schema>;
