// Which points this process hosts: those of its settings, or the one that its first monitor names.
import type { PointId } from '../shared/ids.ts';
import type { FleetPoint } from './fleet.ts';
import type { Hosted, Station } from './station.ts';

export type Roster = {
  /** Puts the points into service that are known without a monitor. */
  start(): void;
  /** The point of a monitor's hello; a text says why it is not taken. */
  pointFor(pointId: PointId): Hosted | string;
  busState(state: 'up' | 'down'): void;
};

/**
 * Makes the roster. Without `id` and fleet a point is what the first monitor of this process says; the points of the
 * journal are in service from the start, so that a charge that broke off is reported at once.
 */
export function createRoster(options: {
  station: Station; id: PointId | null; fleet: readonly FleetPoint[] | null;
}): Roster {
  const { station, id, fleet } = options;
  let bus: 'up' | 'down' = 'down';
  let named: PointId | null = null;

  function add(pointId: PointId, connectors?: FleetPoint['connectors']): Hosted {
    const hosted = station.addPoint(pointId, connectors);
    station.take(hosted, { kind: 'bus', state: bus });
    return hosted;
  }

  function start(): void {
    if (fleet !== null) for (const point of fleet) add(point.pointId, point.connectors);
    else if (id !== null) add(id);
    else for (const pointId of station.journal.pointIds()) add(pointId);
  }

  function pointFor(pointId: PointId): Hosted | string {
    const known = station.points.get(pointId);
    if (fleet !== null || id !== null) return known ?? `${pointId} is not a point of this engine`;
    // A name that was a mistake (Central never gave it a key) does not bind the engine.
    const holder = named === null || named === pointId ? undefined : station.points.get(named);
    if (holder !== undefined && (holder.sendFrame !== null || holder.key !== null)) {
      return `this engine is the point ${holder.pointId}`;
    }
    named = pointId;
    return known ?? add(pointId);
  }

  function busState(state: 'up' | 'down'): void {
    bus = state;
    if (state === 'up') station.message('good', 'The bus is up.');
    else station.message('warn', 'The bus is down: running charges go on, the journal keeps what happens.');
    for (const hosted of station.points.values()) station.take(hosted, { kind: 'bus', state });
  }

  return { start, pointFor, busState };
}
