import { z } from 'zod';
import { keyIdSchema, userIdSchema } from '../ids.ts';
import { defineFrame } from './message.ts';
import { oneTimeCodeSchema } from './values.ts';

export const login = defineFrame({
  type: 'login',
  channel: 'driver→central',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: 'A driver logs in.',
  fields: {
    driverId: userIdSchema,
    password: z.string().min(1).max(128),
    /** The one-time code, for who has a second factor: of her authenticator, or a recovery code. */
    code: oneTimeCodeSchema.nullable().default(null),
    /** In place of a code, of a client that lost its link: it still has the login key that it was given. */
    proof: z.object({ keyId: keyIdSchema, hmacBase64: z.base64().max(64) }).nullable().default(null),
    /** The last notice number that this client has; 0: none. Central sends the later ones. */
    lastNotice: z.int().nonnegative(),
    software: z.string().max(80),
  },
  example: {
    driverId: 'ana', password: 'correct horse', code: null, proof: null, lastNotice: 16, software: 'ev-driver 0.1.0',
  },
});
export type Login = z.infer<typeof login.schema>;
