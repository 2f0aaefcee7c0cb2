import type { z } from 'zod';
import { defineFrame } from './message.ts';
import { requestAtPointExample, requestAtPointFields } from './request-at-point.ts';

export const engineLocalRequest = defineFrame({
  type: 'engine-local-request',
  channel: 'engine→monitor',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: 'A driver asks at the point itself, with id and PIN.',
  fields: requestAtPointFields,
  example: requestAtPointExample,
});
export type EngineLocalRequest = z.infer<typeof engineLocalRequest.schema>;
