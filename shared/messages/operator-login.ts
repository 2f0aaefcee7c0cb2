import { z } from 'zod';
import { userIdSchema } from '../ids.ts';
import { defineFrame } from './message.ts';
import { oneTimeCodeSchema } from './values.ts';

export const operatorLogin = defineFrame({
  type: 'login-operator',
  channel: 'operator→central',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary:
    'An operator, technician or admin logs in by password, a tool on the same machine by the token of a 0600 file, '
    + "or a service by a token made of the services' key.",
  fields: {
    userId: userIdSchema.nullable(),
    password: z.string().min(1).max(128).nullable(),
    /** The one-time code, for who has a second factor. */
    code: oneTimeCodeSchema.nullable().default(null),
    token: z.string().min(16).max(128).nullable(),
    /** The name of a service, whose token is made of the services' key: it may ask for contacts alone. */
    service: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be a name such as notifier').nullable().default(null),
  },
  example: {
    userId: 'olga', password: 'correct horse', code: '123456', token: null, service: null,
  },
});
export type OperatorLogin = z.infer<typeof operatorLogin.schema>;
