// The monitor's screen: one point in full, or a fleet as a list with one point in full behind Enter.
import type { Screen } from '../../shared/screen/handle.ts';
import { drawHeader } from '../../shared/screen/panels.ts';
import { openScreen } from '../../shared/screen/screen.ts';
import { words } from '../../shared/words.ts';
import { MONITOR_LABELS } from './labels.ts';
import { fleetPage, pointPage, type MonitorHost } from './pages.ts';
import type { MonitorScreenOptions, MonitorView } from './view.ts';

/** Opens the screen of `ev-cp-monitor`. */
export function openMonitorScreen(options: MonitorScreenOptions): Screen {
  const chosen = { pointId: null as string | null };
  return openScreen(options, {
    headerRows: 1,
    header: (canvas, area, view) => drawHeader(canvas, area, {
      name: headerName(view), figures: figures(view), alarms: alarms(view), nowMs: view.nowMs,
    }),
    pages: (host: MonitorHost) => {
      const point = pointPage(host, options.actions, chosen);
      const fleet = fleetPage(host, options.actions, chosen);
      return options.view().points.length > 1 ? [fleet, point] : [point, fleet];
    },
    tabs: [],
    help: MONITOR_LABELS.help,
  });
}

function headerName(view: MonitorView): string {
  const [only] = view.points;
  return view.points.length === 1 && only !== undefined ? `EV_CP_Monitor ${only.pointId}` : 'EV_CP_Monitor';
}

function figures(view: MonitorView): string[] {
  const [only] = view.points;
  if (view.points.length === 1 && only !== undefined) {
    return [only.siteId === null ? '' : `${only.siteId} ${only.place}`].filter((text) => text !== '');
  }
  const authenticated = view.points.filter((p) => p.authentication.state === 'authenticated').length;
  const well = view.points.filter((p) => p.health.engine === 'ok').length;
  return [`${view.points.length} ${MONITOR_LABELS.points}`, `${authenticated} ${MONITOR_LABELS.authenticated}`,
    `${well} ${MONITOR_LABELS.well}`];
}

function alarms(view: MonitorView): string[] {
  const away = view.points.filter((p) => p.central.state === 'down').length;
  if (away > 0 && away === view.points.length) return [words().trouble['central-away']];
  return [];
}
