// `--control`: a program drives the monitor with JSON lines on stdin and reads the answers on stdout.
import { z } from 'zod';
import { pointIdSchema } from '../shared/ids.ts';
import type { JsonLine } from '../shared/json-lines.ts';
import type { MonitorFleet } from './fleet.ts';

const orderSchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('authenticate'), pointId: pointIdSchema.optional() }),
  z.object({ do: z.literal('status') }),
  z.object({ do: z.literal('exit') }),
]);

/** Carries out one line; the value is the answer. `exit` answers first. */
export function controlMonitor(fleet: MonitorFleet, line: JsonLine): { answer: unknown; exit: boolean } {
  if (!line.ok) return { answer: { ok: false, text: 'this line is not JSON' }, exit: false };
  const parsed = orderSchema.safeParse(line.value);
  if (!parsed.success) {
    return { answer: { ok: false, text: 'an order is {"do":"authenticate"|"status"|"exit"}' }, exit: false };
  }
  const order = parsed.data;
  switch (order.do) {
    case 'status': return { answer: { ok: true, do: 'status', ...fleet.view() }, exit: false };
    case 'exit': return { answer: { ok: true, do: 'exit' }, exit: true };
    case 'authenticate': {
      const pointIds = order.pointId === undefined ? fleet.view().points.map((p) => p.pointId) : [order.pointId];
      const results = pointIds.map((pointId) => ({ pointId, ...fleet.authenticate(pointId) }));
      return { answer: { ok: results.every((r) => r.ok), do: 'authenticate', results }, exit: false };
    }
  }
}
