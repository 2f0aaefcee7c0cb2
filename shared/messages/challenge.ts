import { z } from 'zod';
import { defineFrame } from './message.ts';

export const challenge = defineFrame({
  type: 'challenge',
  channel: 'central→monitor',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: "A nonce of this connection; the proof is HMAC-SHA-256 keyed with the SHA-256 of the point's secret.",
  fields: {
    nonceBase64: z.base64(),
  },
  example: {
    nonceBase64: 'q83vEjRWeJASNFZ4q83vEg==',
  },
});
export type Challenge = z.infer<typeof challenge.schema>;
