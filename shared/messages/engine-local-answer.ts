import type { z } from 'zod';
import { defineFrame } from './message.ts';
import { answerAtPointExample, answerAtPointFields } from './request-at-point.ts';

export const engineLocalAnswer = defineFrame({
  type: 'engine-local-answer',
  channel: 'monitor→engine',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: 'What became of a request at the point.',
  fields: answerAtPointFields,
  example: answerAtPointExample,
});
export type EngineLocalAnswer = z.infer<typeof engineLocalAnswer.schema>;
