// A place in the facts of a point, which are numbered densely by (bootId, seq): boots count up, and in each the facts.
import { z } from 'zod';
import { bootIdSchema } from './messages/values.ts';

/** The fact `seq` of a boot; 0: before its first. */
export const factPositionSchema = z.object({ bootId: bootIdSchema, seq: z.int().nonnegative() });
export type FactPosition = Readonly<z.infer<typeof factPositionSchema>>;

/** Whether `a` lies before `b`. */
export function isBefore(a: FactPosition, b: FactPosition): boolean {
  return a.bootId < b.bootId || (a.bootId === b.bootId && a.seq < b.seq);
}
