// The lines of the journal: `<CRC-32, 8 hex digits> <JSON>\n`, and what a file of them says. Pure. One line is one step
// of one point, facts and state together: whatever is cut off or damaged, a fact and the state that it left agree.
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { type FactPosition, factPositionSchema, isBefore } from '../shared/fact-position.ts';
import { type PointId, pointIdSchema } from '../shared/ids.ts';
import { type Fact, factSchema } from '../shared/messages/catalogue.ts';
import { connectorOf, type Kept, keptSchema, type Salvage } from './point-state.ts';

export const JOURNAL_VERSION = 1;
const whole = z.int().nonnegative();

/** One connector's meter: its register, the number of the last sample, the car's battery, the point's time. */
const meterRowSchema = z.object({
  p: pointIdSchema, c: whole, wh: whole, wms: whole, n: whole, stored: whole.nullable(), at: whole,
});
export type MeterRow = z.infer<typeof meterRowSchema>;

const lineSchema = z.discriminatedUnion('k', [
  z.object({ k: z.literal('journal'), v: z.int() }),
  /** `keep`: how many of the point's unaccepted facts still hold; null: all. */
  z.object({ k: z.literal('step'), keep: whole.nullable(), facts: z.array(factSchema), kept: keptSchema }),
  z.object({ k: z.literal('meters'), rows: z.array(meterRowSchema) }),
  z.object({ k: z.literal('accepted'), p: pointIdSchema, upTo: factPositionSchema }),
  z.object({ k: z.literal('offset'), cluster: z.string(), topic: z.string(), partition: whole, next: whole }),
]);
export type JournalLine = z.infer<typeof lineSchema>;

/** A point as the journal holds it: its state, and the facts that Central has not accepted, in order. */
export type JournaledPoint = { kept: Kept; facts: Fact[] };
export type StoredOffset = { cluster: string; topic: string; partition: number; next: number };
export type Recovered = {
  points: Map<PointId, JournaledPoint>;
  offsets: StoredOffset[];
  /** Whole lines that could not be read. */
  damagedLines: number;
  /** Bytes of a last line that was never finished: the write that a crash cut off. */
  tornBytes: number;
  /** The version of a journal that a newer program wrote; null: ours. */
  foreignVersion: number | null;
};

/** One line with its checksum. */
export function encodeLine(line: JournalLine): string {
  const json = JSON.stringify(line);
  return `${checksum(json)} ${json}\n`;
}

/** Reads what a journal's bytes say. Never throws: what cannot be read is counted and skipped. */
export function recover(bytes: Buffer): Recovered {
  const state: Recovered = { points: new Map(), offsets: [], damagedLines: 0, tornBytes: 0, foreignVersion: null };
  let from = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
    const line = decodeLine(bytes.toString('utf8', from, end));
    if (line === null) state.damagedLines += 1;
    else applyLine(state, line);
    from = end + 1;
  }
  state.tornBytes = bytes.length - from;
  return state;
}

/** The line of a text without its line end; null when its checksum or its content is wrong. */
export function decodeLine(text: string): JournalLine | null {
  const json = text.slice(9);
  if (text[8] !== ' ' || text.slice(0, 8) !== checksum(json)) return null;
  try {
    const parsed = lineSchema.safeParse(JSON.parse(json));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/**
 * Looks for a hole in a point's unaccepted facts, left by a damaged line.
 * @returns null when they run densely from what Central has accepted to the last number given out
 */
export function salvageOf({ kept, facts }: JournaledPoint): Salvage | null {
  let at: FactPosition | null = kept.accepted;
  for (const [index, fact] of facts.entries()) {
    if (!follows(at, fact)) return { keep: index, previous: at, facts: facts.slice(index) };
    at = { bootId: fact.bootId, seq: fact.seq };
  }
  const last = kept.bootId === 0 ? null : { bootId: kept.bootId, seq: kept.seq };
  return samePosition(at, last) ? null : { keep: facts.length, previous: at, facts: [] };
}

/** How many leading facts lie at or before a position. */
export function countUpTo(facts: readonly Fact[], upTo: FactPosition): number {
  const index = facts.findIndex((fact) => isBefore(upTo, fact));
  return index < 0 ? facts.length : index;
}

function applyLine(state: Recovered, line: JournalLine): void {
  switch (line.k) {
    case 'journal': {
      if (line.v > JOURNAL_VERSION) state.foreignVersion = line.v;
      return;
    }
    case 'step': {
      const known = state.points.get(line.kept.pointId)?.facts ?? [];
      const before = line.keep === null ? known : known.slice(0, line.keep);
      for (const fact of line.facts) before.push(fact);
      state.points.set(line.kept.pointId, { kept: line.kept, facts: before });
      return;
    }
    case 'meters': {
      for (const row of line.rows) applyMeter(state, row);
      return;
    }
    case 'accepted': {
      const point = state.points.get(line.p);
      if (point === undefined) return;
      point.kept.accepted = line.upTo;
      point.facts.splice(0, countUpTo(point.facts, line.upTo));
      return;
    }
    case 'offset': {
      const { cluster, topic, partition, next } = line;
      state.offsets = state.offsets.filter((o) => o.topic !== topic || o.partition !== partition);
      state.offsets.push({ cluster, topic, partition, next });
      return;
    }
  }
}

function applyMeter(state: Recovered, row: MeterRow): void {
  const point = state.points.get(row.p);
  const connector = point === undefined ? undefined : connectorOf({ kept: point.kept }, row.c);
  if (connector === undefined || row.wh < connector.registerWh) return;
  connector.registerWh = row.wh;
  connector.remainderWms = row.wms;
  const vehicle = connector.plug?.vehicle ?? null;
  if (vehicle !== null && row.stored !== null) vehicle.storedWms = row.stored;
  if (connector.session === null) return;
  connector.session.sample = row.n;
  connector.session.lastAtMs = row.at;
}

/** A fact follows a position in its boot, or begins the next boot and names the position as where the last ended. */
function follows(at: FactPosition | null, fact: Fact): boolean {
  if (at !== null && fact.bootId === at.bootId) return fact.seq === at.seq + 1;
  return fact.type === 'booted' && fact.seq === 1 && samePosition(fact.previous, at);
}

function samePosition(a: FactPosition | null, b: FactPosition | null): boolean {
  return a?.bootId === b?.bootId && a?.seq === b?.seq;
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, '0');
}
