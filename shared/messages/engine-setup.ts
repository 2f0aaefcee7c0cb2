import type { z } from 'zod';
import { defineFrame } from './message.ts';
import { pointSetupExample, pointSetupFields } from './point-setup.ts';

export const engineSetup = defineFrame({
  type: 'engine-setup',
  channel: 'monitor→engine',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: "Central's welcome, handed to the engine, which keeps the key in memory only.",
  fields: pointSetupFields,
  example: pointSetupExample,
});
export type EngineSetup = z.infer<typeof engineSetup.schema>;
