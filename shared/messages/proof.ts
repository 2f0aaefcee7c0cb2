import { z } from 'zod';
import { defineFrame } from './message.ts';

export const proof = defineFrame({
  type: 'proof',
  channel: 'monitor→central',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: 'The answer to the challenge.',
  fields: {
    proofBase64: z.base64(),
  },
  example: {
    proofBase64: '3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8=',
  },
});
export type Proof = z.infer<typeof proof.schema>;
