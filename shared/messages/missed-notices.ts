import { z } from 'zod';
import { defineFrame } from './message.ts';
import { noticeSchema } from './notice.ts';

export const missedNotices = defineFrame({
  type: 'missed-notices',
  channel: 'central→driver',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: 'Notices that the client does not have yet, in order; `more` says that another frame follows.',
  fields: {
    notices: z.array(noticeSchema),
    more: z.boolean(),
  },
  example: {
    notices: [{
      v: 1, id: 'k7f2-104', atMs: 1_763_700_000_000, corr: 'c-9fk2', type: 'refused', number: 17, driverId: 'ana',
      requestId: 'r-ana-41', sessionId: null, reason: 'point-faulted', facts: { pointId: 'ALC-01' },
    }],
    more: false,
  },
});
export type MissedNotices = z.infer<typeof missedNotices.schema>;
