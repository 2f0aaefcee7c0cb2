import type { z } from 'zod';
import { defineFrame } from './message.ts';
import { pointSetupExample, pointSetupFields } from './point-setup.ts';

export const monitorWelcome = defineFrame({
  type: 'welcome-monitor',
  channel: 'central→monitor',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: 'The point is authenticated: its key, its site, what its engine must know. Sent again with a new key.',
  fields: pointSetupFields,
  example: pointSetupExample,
});
export type MonitorWelcome = z.infer<typeof monitorWelcome.schema>;
