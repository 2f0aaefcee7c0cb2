// The demo checks its own figures: what the meters of all engines say was delivered is what the tickets bill, Wh by Wh,
// once; every hold is closed; the ledger balances, and every balance is what it says; the invoices come to what the
// tickets come to.
import { z } from 'zod';
import { findInvoices, ledgerProblems } from '../network/books.ts';
import type { Stage } from './stage.ts';

const keptSchema = z.object({
  points: z.array(z.object({
    pointId: z.string(), connectors: z.array(z.object({ connectorNo: z.number(), registerWh: z.number() })),
  })),
});
const ticketSchema = z.object({
  ticketId: z.string(), sessionId: z.string(), kind: z.string(), pointId: z.string(), energyWh: z.number(),
  driverId: z.string(),
});

export type Registers = ReadonlyMap<string, number>;
export type Figures = {
  readonly meteredWh: number; readonly billedWh: number; readonly tickets: number; readonly sessions: number;
  readonly invoices: number; readonly problems: readonly string[];
};

/** The meter readings of every engine that runs, per point. */
export async function readMeters(stage: Stage): Promise<Registers> {
  const registers = new Map<string, number>();
  for (const { pointId, engine } of stage.network.points.values()) {
    const answer = engine.next((event) => event['do'] === 'status');
    engine.send({ do: 'status' });
    for (const point of keptSchema.parse(await answer).points) {
      registers.set(pointId, point.connectors.reduce((sum, connector) => sum + connector.registerWh, 0));
    }
  }
  return registers;
}

/** Compares what was metered since `before` with what was billed. Nothing may be charging any more. */
export async function checkFigures(stage: Stage, before: Registers): Promise<Figures> {
  const after = await readMeters(stage);
  const tickets = z.array(ticketSchema).parse(await stage.network.rows(['tickets']));
  const users = z.array(z.object({ userId: z.string(), heldMinor: z.number() }))
    .parse(await stage.network.rows(['users']));
  const problems: string[] = [];
  for (const [pointId, registerWh] of after) {
    const meteredWh = registerWh - (before.get(pointId) ?? 0);
    const billedWh = sum(tickets.filter((t) => t.pointId === pointId).map((t) => t.energyWh));
    if (meteredWh !== billedWh) problems.push(`${pointId}: metered ${meteredWh} Wh, billed ${billedWh} Wh`);
  }
  const finals = tickets.filter((t) => t.kind === 'final').map((t) => t.sessionId);
  const sessions = new Set(finals).size;
  if (sessions !== finals.length) problems.push('a session has more than one final ticket');
  for (const user of users) if (user.heldMinor !== 0) problems.push(`${user.userId} still has money held`);
  problems.push(...ledgerProblems(stage.network));
  const invoices = findInvoices(stage.network);
  problems.push(...invoices.problems);
  return {
    invoices: invoices.documents,
    meteredWh: sum([...after].map(([id, wh]) => wh - (before.get(id) ?? 0))),
    billedWh: sum(tickets.map((t) => t.energyWh)), tickets: tickets.length, sessions, problems,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
