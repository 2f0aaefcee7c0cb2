// Which points a fleet process hosts: a number, or a file with one point per line or as JSON.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Failure } from '../shared/failure.ts';
import { ID_RULE, isId, pointId, type PointId, pointIdSchema } from '../shared/ids.ts';
import { type Connector, connectorSchema } from '../shared/messages/values.ts';
import { DEFAULT_CONNECTOR } from './point-state.ts';

export type FleetPoint = { readonly pointId: PointId; readonly connectors: readonly Connector[] };

const FLEET_MAX = 100_000;
const listSchema = z.array(z.union([
  pointIdSchema.transform((id) => ({ pointId: id, connectors: [DEFAULT_CONNECTOR] })),
  z.object({
    pointId: pointIdSchema, connectors: z.array(connectorSchema).min(1).max(16).default([DEFAULT_CONNECTOR]),
  }),
]));

/**
 * Reads `--fleet`: `20` gives `<prefix>0001` …, a file gives the points that it names: a JSON list of ids or of
 * `{ pointId, connectors }`, or lines of `id` or `id,number of connectors` (`#` begins a comment).
 * @throws Failure `bad-configuration`
 */
export function readFleet(text: string, prefix: string): FleetPoint[] {
  if (/^\d+$/.test(text)) return numbered(Number(text), prefix);
  const content = readText(text).trim();
  const points = content.startsWith('[') ? fromJson(content, text) : fromLines(content, text);
  const seen = new Set<PointId>();
  const twice = points.find((point) => seen.size === seen.add(point.pointId).size);
  if (twice !== undefined) throw new Failure('bad-configuration', `${text} names the point ${twice.pointId} twice`);
  if (points.length === 0) throw new Failure('bad-configuration', `${text} names no point`);
  return points;
}

function numbered(count: number, prefix: string): FleetPoint[] {
  if (count < 1 || count > FLEET_MAX) throw new Failure('bad-configuration', `--fleet takes 1 to ${FLEET_MAX} points`);
  if (!isId(`${prefix}0001`)) throw new Failure('bad-configuration', `--fleet-prefix must be ${ID_RULE}`);
  const ids = Array.from({ length: count }, (_unused, i) => pointId(`${prefix}${String(i + 1).padStart(4, '0')}`));
  return ids.map((id) => ({ pointId: id, connectors: [DEFAULT_CONNECTOR] }));
}

function fromLines(content: string, file: string): FleetPoint[] {
  const points: FleetPoint[] = [];
  for (const [index, raw] of content.split(/\r?\n/).entries()) {
    const line = raw.replace(/#.*/, '').trim();
    if (line === '') continue;
    const [id = '', count = '1', ...rest] = line.split(',').map((part) => part.trim());
    const connectors = Number(count);
    if (!isId(id) || rest.length > 0 || !Number.isInteger(connectors) || connectors < 1 || connectors > 16) {
      throw new Failure('bad-configuration', `${file}, line ${index + 1}: write a point’s id, or id,connectors`);
    }
    const list = Array.from({ length: connectors }, (_unused, i) => ({ ...DEFAULT_CONNECTOR, connectorNo: i + 1 }));
    points.push({ pointId: pointId(id), connectors: list });
  }
  return points;
}

function fromJson(content: string, file: string): FleetPoint[] {
  try {
    return listSchema.parse(JSON.parse(content));
  } catch (cause) {
    throw new Failure('bad-configuration', `${file}: must be a JSON list of ids or of { pointId, connectors }`, cause);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Failure('bad-configuration', `--fleet: cannot read ${file}; give a number or a file`, cause);
  }
}
