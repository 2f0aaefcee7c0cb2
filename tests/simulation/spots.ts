// The connectors of a simulated town, as somebody sees them who stands there: of the engines that run.
import type { ConnectorState } from '../../ev-cp-engine/point-state.ts';
import type { Hosted, Station } from '../../ev-cp-engine/station.ts';
import type { Town } from './town.ts';

export type Spot = { readonly station: Station; readonly hosted: Hosted; readonly connector: ConnectorState };

export function* spotsOf({ engines }: Town): Generator<Spot> {
  for (const { running: station } of engines) {
    if (station === null) continue;
    for (const hosted of station.points.values()) {
      for (const connector of hosted.point.kept.connectors) yield { station, hosted, connector };
    }
  }
}
