// The operator's screen: the practice's panel, the lists behind the digit keys, one point in full.
import type { Area, Canvas } from '../../shared/screen/canvas.ts';
import { clockTime, power } from '../../shared/screen/format.ts';
import type { Screen } from '../../shared/screen/handle.ts';
import type { Host } from '../../shared/screen/host.ts';
import { drawHeader } from '../../shared/screen/panels.ts';
import { openScreen } from '../../shared/screen/screen.ts';
import { calendarPage } from './calendar-page.ts';
import { figuresPage } from './figures-page.ts';
import { driversPage, listPage, queuePage } from './list-pages.ts';
import { CENTRAL_LABELS as L } from './labels.ts';
import { sessionsOf } from './orders.ts';
import { pointPage } from './point-page.ts';
import { pointsPage, type Chosen } from './points-page.ts';
import type { CentralScreenOptions, CentralView } from './view.ts';

/** Opens the screen of `ev-central`. */
export function openCentralScreen(options: CentralScreenOptions): Screen {
  const chosen: Chosen = { pointId: null };
  return openScreen(options, {
    headerRows: 1,
    header: drawCentralHeader,
    pages: (host: Host<CentralView>) => {
      const desk = { host, actions: options.actions };
      return [
        pointsPage(desk, chosen), pointPage(desk, chosen), queuePage(desk), driversPage(desk),
        listPage(desk, 'sessions', L.sessions), listPage(desk, 'dead-letters', L.deadLetters),
        listPage(desk, 'audit', L.audit), listPage(desk, 'events', L.events), listPage(desk, 'tickets', L.tickets),
        calendarPage(desk), figuresPage(desk),
      ];
    },
    tabs: [
      'points', 'sessions', 'queue', 'drivers', 'dead-letters', 'audit', 'events', 'tickets', 'reservations', 'figures',
    ],
    help: L.help,
  });
}

function drawCentralHeader(canvas: Canvas, area: Area, view: CentralView): void {
  const { header } = L;
  const up = view.points.filter((p) => p.status !== 'Disconnected').length;
  const running = view.points.flatMap(sessionsOf).filter((s) => s.state === 'charging');
  const totalW = running.reduce((sum, s) => sum + s.powerW, 0);
  const waiting = view.requests.filter((r) => r.place !== null).length;
  drawHeader(canvas, area, {
    name: L.name, alarms: alarms(view), nowMs: view.nowMs,
    // The most important first: what has no room at the right is left out.
    figures: [
      ...(view.bus.state === 'up' ? [header.busUp] : []),
      `${up}/${view.points.length} ${header.up}`, `${running.length} ${header.charging}`, power(totalW),
      `${header.queue} ${waiting}`, `${view.sites.length} ${header.sites}`,
      ...(view.outboxRows === 0 ? [] : [`${view.outboxRows} ${header.out}`]),
      ...(view.deadLetters === 0 ? [] : [`${view.deadLetters} ${header.letters}`]), view.address,
    ],
  });
}

function alarms(view: CentralView): string[] {
  const { header } = L;
  const asking = view.points.filter((p) => p.barred === 'two-monitors').length;
  return [
    ...(view.standby === null ? [] : [`${header.standby}: ${view.standby.text}`]),
    ...(view.bus.state === 'down' || view.bus.state === 'refused'
      ? [`${header.busDown} ${header.since} ${clockTime(view.bus.sinceMs)}`] : []),
    ...(view.bus.state === 'connecting' ? [header.busConnecting] : []),
    ...(asking === 0 ? [] : [`${asking} ${header.barred}`]),
  ];
}
