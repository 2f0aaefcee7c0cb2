import { z } from 'zod';
import { defineFrame } from './message.ts';

export const pointsChanged = defineFrame({
  type: 'points-changed',
  channel: 'central→driver',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary:
    'Rows of points whose state has changed, at most once a second; sent after a query for points.',
  fields: {
    rows: z.array(z.record(z.string(), z.unknown())),
  },
  example: {
    rows: [{ pointId: 'ALC-01', status: 'Charging' }],
  },
});
export type PointsChanged = z.infer<typeof pointsChanged.schema>;
