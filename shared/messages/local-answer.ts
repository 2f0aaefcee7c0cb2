import type { z } from 'zod';
import { defineFrame } from './message.ts';
import { answerAtPointExample, answerAtPointFields } from './request-at-point.ts';

export const localAnswer = defineFrame({
  type: 'local-answer',
  channel: 'central→monitor',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: 'What became of a request at the point.',
  fields: answerAtPointFields,
  example: answerAtPointExample,
});
export type LocalAnswer = z.infer<typeof localAnswer.schema>;
