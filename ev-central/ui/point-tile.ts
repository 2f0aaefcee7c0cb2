// How a charge point looks to the operator: as a tile and as a line of a list.
import { shortPrice } from '../../shared/words/price.ts';
import { formatMoney } from '../../shared/money.ts';
import { age, power, ratedPower } from '../../shared/screen/format.ts';
import { statusLabel, statusStyle, statusText } from '../../shared/screen/panels.ts';
import { ALARM, DIM, PLAIN, STATUS_LOOK } from '../../shared/screen/style.ts';
import type { Column } from '../../shared/screen/table.ts';
import type { TileFace, TileLine } from '../../shared/screen/tiles.ts';
import { STATUS_SYMBOLS, words } from '../../shared/words.ts';
import { CENTRAL_LABELS as L } from './labels.ts';
import { sessionsOf } from './orders.ts';
import type { PointView } from './view.ts';

/** Lines of a tile below its coloured one. */
export const TILE_LINES = 3;
/** Three tiles beside each other at 80 columns. */
export const TILE_WIDTH = 25;

export function pointTile(point: PointView, nowMs: number): TileFace {
  const lastLine = liveLine(point) ?? reasonLine(point);
  return {
    symbol: STATUS_SYMBOLS[point.status], title: point.pointId, label: statusLabel(point.status),
    band: STATUS_LOOK[point.status].band,
    lines: [
      { left: point.place },
      { left: shortPrice(point.price, point.currency, words().price), right: age(nowMs - point.sinceMs), style: DIM },
      lastLine,
    ],
  };
}

/** Live kW, amount and driver of what is charging here; null when nothing is. */
function liveLine(point: PointView): TileLine | null {
  const sessions = sessionsOf(point);
  if (sessions.length === 0 || point.status === 'Disconnected') return null;
  const drivers = sessions.map((s) => s.driverId).join(',');
  const running = sessions.filter((s) => s.startedAtMs !== null);
  if (running.length === 0) return { left: `${sessions[0]?.state ?? ''} ${drivers}`, style: statusStyle(point.status) };
  const powerW = running.reduce((sum, s) => sum + s.powerW, 0);
  return { left: `${power(powerW)} ${amountOf(point)} ${drivers}`, style: statusStyle(point.status) };
}

function reasonLine(point: PointView): TileLine {
  if (point.barred !== null) return { left: L.barred[point.barred], style: ALARM };
  if (point.why !== '') return { left: point.why, style: statusStyle(point.status) };
  const strongest = Math.max(0, ...point.connectors.map((c) => c.maxPowerW));
  return { left: `${freeText(point)}, ${ratedPower(strongest)}`, style: PLAIN };
}

function freeText(point: PointView): string {
  const free = point.connectors.filter((c) => c.status === 'Available').length;
  return `${free} ${L.tile.of} ${point.connectors.length} ${L.tile.free}`;
}

/** The sum of the running sessions' amounts; sessions of a point share its site's currency. */
function amountOf(point: PointView): string {
  const sessions = sessionsOf(point);
  const [first] = sessions;
  if (first === undefined) return '';
  return formatMoney(sessions.reduce((sum, s) => sum + s.amountMinor, 0), first.currency);
}

/** The columns of the list that shows the same points. */
export function pointColumns(now: () => number): readonly Column<PointView>[] {
  const c = L.column;
  return [
    { title: c.point, width: 12, text: (p) => p.pointId },
    { title: c.site, width: 8, from: 90, text: (p) => p.siteId },
    { title: c.state, width: 17, text: (p) => statusText(p.status), style: (p) => statusStyle(p.status) },
    { title: c.since, width: 7, right: true, text: (p) => age(now() - p.sinceMs) },
    { title: c.power, width: 8, right: true, text: (p) => power(sessionsOf(p).reduce((sum, s) => sum + s.powerW, 0)) },
    { title: c.amount, width: 9, right: true, text: amountOf },
    { title: c.driver, width: 10, text: (p) => sessionsOf(p).map((s) => s.driverId).join(',') },
    { title: c.price, width: 10, right: true, from: 100, text: (p) => shortPrice(p.price, '', words().price) },
    { title: c.connectors, width: 4, right: true, from: 110,
      text: (p) => `${p.connectors.filter((k) => k.status === 'Available').length}/${p.connectors.length}` },
    { title: c.place, width: 12, grows: true, from: 130, text: (p) => p.place },
    { title: c.why, width: 8, grows: true, text: (p) => (p.barred === null ? p.why : L.barred[p.barred]) },
  ];
}

/** What the filter of the points searches. */
export function pointSearchText(point: PointView, siteName: string): string {
  const drivers = sessionsOf(point).map((s) => s.driverId).join(' ');
  const { pointId, siteId, place, status, why } = point;
  return [pointId, siteId, siteName, place, statusLabel(status), status, why, drivers].join(' ');
}
