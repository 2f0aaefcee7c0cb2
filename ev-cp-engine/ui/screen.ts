// The engine's screen: one point in full, or a fleet as a list with one point in full behind Enter.
import { power } from '../../shared/screen/format.ts';
import type { Screen } from '../../shared/screen/handle.ts';
import type { Host } from '../../shared/screen/host.ts';
import { drawHeader } from '../../shared/screen/panels.ts';
import { openScreen } from '../../shared/screen/screen.ts';
import { words } from '../../shared/words.ts';
import { fleetPage } from './fleet-page.ts';
import { ENGINE_LABELS as L } from './labels.ts';
import { pointPage, type Chosen } from './point-page.ts';
import type { EngineScreenOptions, EngineView } from './view.ts';

/** Opens the screen of `ev-cp-engine`. */
export function openEngineScreen(options: EngineScreenOptions): Screen {
  const chosen: Chosen = { index: 0, connectorNo: null };
  return openScreen(options, {
    headerRows: 1,
    header: (canvas, area, view) => drawHeader(canvas, area, {
      name: headerName(view), figures: figures(view), alarms: alarms(view), nowMs: view.nowMs,
    }),
    pages: (host: Host<EngineView>) => {
      const point = pointPage(host, options.actions, chosen);
      const fleet = fleetPage(host, options.actions, chosen);
      return options.view().points.length > 1 ? [fleet, point] : [point, fleet];
    },
    tabs: [],
    help: L.help,
  });
}

function headerName(view: EngineView): string {
  const [only] = view.points;
  return view.points.length === 1 && only !== undefined
    ? `EV_CP_Engine ${only.pointId ?? L.noMonitor}` : 'EV_CP_Engine';
}

function figures(view: EngineView): string[] {
  const connectors = view.points.flatMap((p) => p.connectors);
  const totalW = connectors.reduce((sum, c) => sum + c.powerW, 0);
  const supplying = connectors.filter((c) => c.session?.state === 'charging').length;
  const place = view.points.length === 1 ? (view.points[0]?.place ?? '') : `${view.points.length} ${L.points}`;
  return [place, `${supplying} ${L.supplying}`, power(totalW), view.address].filter((text) => text !== '');
}

function alarms(view: EngineView): string[] {
  const [only] = view.points;
  const all = words().trouble;
  return [
    ...(view.bus.state === 'down' ? [all['bus-down'].toUpperCase()] : []),
    ...(view.points.length === 1 && only?.central.state === 'down' ? [all['central-away']] : []),
  ];
}
