// One charge point in full: state, why, link, connectors with their sessions, and its events or commands.
import { formatMoney } from '../../shared/money.ts';
import { fill, put, rule, type Area, type Canvas } from '../../shared/screen/canvas.ts';
import { age, energy, power, ratedPower, shortTime } from '../../shared/screen/format.ts';
import type { Page } from '../../shared/screen/host.ts';
import { LABELS } from '../../shared/screen/labels.ts';
import { createPagedList, type PagedList } from '../../shared/screen/paged-list.ts';
import { drawFact, statusStyle, statusText } from '../../shared/screen/panels.ts';
import { ALARM, DIM, STATUS_LOOK } from '../../shared/screen/style.ts';
import { drawPanelRows, type Column } from '../../shared/screen/table.ts';
import { words } from '../../shared/words.ts';
import { priceText } from '../../shared/words/price.ts';
import { LIST_COLUMNS, listKey } from './lists.ts';
import { CENTRAL_LABELS as L } from './labels.ts';
import { pointOrderKeys, type Desk } from './orders.ts';
import type { Chosen } from './points-page.ts';
import type { CentralView, ConnectorView, PointView } from './view.ts';

export function pointPage(desk: Desk, chosen: Chosen): Page<CentralView> {
  const { host } = desk;
  const current = (view: CentralView): PointView | undefined => view.points.find((p) => p.pointId === chosen.pointId);
  const listOf = (what: 'events' | 'commands'): PagedList => createPagedList(host, {
    columns: LIST_COLUMNS[what], keyOf: listKey, empty: L.noRows,
    fetch: (after, limit) =>
      desk.actions.query(what, chosen.pointId === null ? {} : { pointId: chosen.pointId }, after, limit),
  });
  const lists = { events: listOf('events'), commands: listOf('commands') };
  const shown = { what: 'events' as keyof typeof lists };
  const switchLog = (): void => {
    shown.what = shown.what === 'events' ? 'commands' : 'events';
    lists[shown.what].reload();
  };
  return {
    id: 'point',
    title: L.point,
    draw(canvas, area, view) {
      const point = current(view);
      if (point === undefined) {
        put(canvas, area.x + 1, area.y, L.detail.gone, DIM);
        return;
      }
      const y = drawPoint(canvas, area, point, view.nowMs);
      rule(canvas, { ...area, y, height: 1 }, shown.what === 'events' ? L.events : L.commands);
      lists[shown.what].draw(canvas, { ...area, y: y + 1, height: Math.max(1, area.y + area.height - y - 1) });
    },
    keys: (view) => [
      { key: 'escape', label: L.keys.back, run: () => host.show('points') },
      ...pointOrderKeys(desk, { point: current(view), marked: [] }),
      { key: 'c', label: L.keys.log, run: switchLog },
      { key: '/', label: L.keys.filter, run: () => lists[shown.what].startFilter() },
    ],
    onKey: (event) => lists[shown.what].onKey(event),
    onShow: () => lists[shown.what].reload(),
  };
}

/** Draws the facts and the connectors; returns the line after them. */
function drawPoint(canvas: Canvas, area: Area, point: PointView, nowMs: number): number {
  const { band } = STATUS_LOOK[point.status];
  fill(canvas, { ...area, height: 1 }, band);
  const why = point.why === '' ? '' : `: ${point.why}`;
  put(canvas, area.x + 1, area.y,
    `${point.pointId}  ${statusText(point.status)} ${LABELS.since} ${shortTime(point.sinceMs, nowMs)} `
    + `(${age(nowMs - point.sinceMs)})${why}`, band, area.width - 2);
  let y = area.y + 1;
  if (point.barred !== null) {
    put(canvas, area.x + 1, y, ` ${L.barred[point.barred]} `, ALARM, area.width - 2);
    y += 1;
  }
  const line = (): Area => ({ x: area.x + 1, y, width: area.width - 2, height: 1 });
  y = drawFact(canvas, line(), L.detail.place, [
    { text: `${point.siteId}  ${point.place}` },
    { text: `  ${point.currency} ${priceText(point.price, words().price)}`, style: DIM },
  ]);
  const heard = point.heardAtMs === null ? L.detail.never : age(nowMs - point.heardAtMs);
  y = drawFact(canvas, line(), L.detail.monitor, [
    { text: point.monitorAddress ?? L.detail.noAddress },
    { text: `  ${L.detail.heard}: ${heard}`, style: DIM },
  ]);
  rule(canvas, { ...area, y, height: 1 }, L.detail.connectors);
  const rows = Math.min(point.connectors.length, Math.max(1, Math.floor(area.height / 3)));
  drawPanelRows(canvas, { ...area, y: y + 1, height: rows }, {
    columns: CONNECTOR_COLUMNS, rows: point.connectors, empty: '',
  });
  return y + 1 + rows;
}

const CONNECTOR_COLUMNS: readonly Column<ConnectorView>[] = [
  { title: '', width: 2, right: true, text: (c) => String(c.connectorNo) },
  { title: '', width: 9, text: (c) => words().connectorType[c.type] },
  { title: '', width: 7, right: true, text: (c) => ratedPower(c.maxPowerW) },
  { title: '', width: 17, text: (c) => statusText(c.status), style: (c) => statusStyle(c.status) },
  { title: '', width: 12, grows: true, text: sessionText },
];

function sessionText({ session }: ConnectorView): string {
  if (session === null) return '';
  const soc = session.socPercent === null ? '' : ` ${session.socPercent} %`;
  const amount = formatMoney(session.amountMinor, session.currency);
  const figures = session.startedAtMs === null ? ''
    : `  ${power(session.powerW)}  ${energy(session.energyWh)}  ${amount}${soc}`;
  return `${session.driverId}  ${words().sessionState[session.state]}${figures}  ${session.sessionId}`;
}
