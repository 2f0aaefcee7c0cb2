// The practice's panel: tiles (or a list) of all charge points, below them the on-going requests and the messages.
import type { Area, Canvas } from '../../shared/screen/canvas.ts';
import { rule } from '../../shared/screen/canvas.ts';
import { menuDialog } from '../../shared/screen/dialogs.ts';
import { age, calendarDate, clockTime } from '../../shared/screen/format.ts';
import type { KeyBinding, Page } from '../../shared/screen/host.ts';
import { drawMessages } from '../../shared/screen/panels.ts';
import { createTable, drawPanelRows, type Column } from '../../shared/screen/table.ts';
import { createTiles } from '../../shared/screen/tiles.ts';
import { words } from '../../shared/words.ts';
import { CENTRAL_LABELS as L } from './labels.ts';
import { pointOrderKeys, type Desk } from './orders.ts';
import { pointColumns, pointSearchText, pointTile, TILE_LINES, TILE_WIDTH } from './point-tile.ts';
import type { CentralView, PointView, RequestView } from './view.ts';

/** Which point the detail page shows. */
export type Chosen = { pointId: string | null };

export function pointsPage(desk: Desk, chosen: Chosen): Page<CentralView> {
  const { host } = desk;
  const shown = { asList: false, siteId: null as string | null };
  const siteName = (siteId: string): string => host.view().sites.find((s) => s.siteId === siteId)?.name ?? '';
  const open = (point: PointView): void => {
    chosen.pointId = point.pointId;
    host.show('point');
  };
  const textOf = (point: PointView): string => pointSearchText(point, siteName(point.siteId));
  const tiles = createTiles<PointView>({
    keyOf: (p) => p.pointId, groupOf: (p) => p.siteId, textOf, onOpen: open, empty: L.noPoints,
    groupTitle: (siteId, points) => groupTitle(siteId, siteName(siteId), points),
    face: (p) => pointTile(p, host.view().nowMs), lines: TILE_LINES, minWidth: TILE_WIDTH,
  });
  const list = createTable<PointView>({
    keyOf: (p) => p.pointId, textOf, onOpen: open, empty: L.noPoints, marks: true,
    columns: pointColumns(() => host.view().nowMs),
  }, tiles);
  const selected = (): PointView | undefined => (shown.asList ? list : tiles).selected();
  const press = (name: string): void => void (shown.asList ? list : tiles).onKey({ kind: 'key', name, char: null });
  return {
    id: 'points',
    title: L.points,
    draw(canvas, area, view) {
      const points = shown.siteId === null ? view.points : view.points.filter((p) => p.siteId === shown.siteId);
      const wanted = shown.asList ? points.length + 1 : tiles.linesFor(area.width, points);
      const top = drawBottom(canvas, area, { view, spare: area.height - wanted });
      const body = { ...area, height: top - area.y };
      if (shown.asList) list.draw(canvas, body, points);
      else tiles.draw(canvas, body, points);
    },
    keys(view) {
      const point = selected();
      const marked = view.points.filter((p) => tiles.marked.has(p.pointId)).map((p) => p.pointId);
      return [
        { key: 'enter', label: L.keys.open, helpOnly: true, run: () => press('enter') },
        ...pointOrderKeys(desk, { point, marked }),
        { key: 'space', label: L.keys.mark, run: () => press('space') },
        { key: '/', label: L.keys.filter, run: () => (tiles.filter.editing = true) },
        { key: 'g', label: L.keys.site, run: () => chooseSite(desk, shown) },
        { key: 'v', label: L.keys.view, run: () => switchView(shown, selected(), { tiles, list }) },
      ];
    },
    onKey: (event) => (shown.asList ? list : tiles).onKey(event),
  };
}

/** The other view begins where this one was. */
function switchView(shown: { asList: boolean }, point: PointView | undefined, views: {
  tiles: { select(key: string): void }; list: { select(key: string): void };
}): void {
  shown.asList = !shown.asList;
  if (point !== undefined) (shown.asList ? views.list : views.tiles).select(point.pointId);
}

function chooseSite(desk: Desk, shown: { siteId: string | null }): void {
  const { sites } = desk.host.view();
  const item = (key: string, label: string, siteId: string | null): KeyBinding => ({
    key, label, run: () => {
      shown.siteId = siteId;
      desk.host.draw();
    },
  });
  desk.host.open(menuDialog(desk.host, {
    title: L.chooseSite,
    items: [item('0', L.everySite, null),
      ...sites.map((s, i) => item(i < 9 ? String(i + 1) : ' ', `${s.siteId} ${s.name}`, s.siteId))],
  }));
}

function groupTitle(siteId: string, name: string, points: readonly PointView[]): string {
  const charging = points.filter((p) => p.status === 'Charging').length;
  return `${siteId}  ${name}  ${points.length} ${L.header.points}, ${charging} ${L.header.charging}`;
}

/**
 * Requests and messages at the bottom, beside each other where it is wide; returns the line where they begin. They have
 * a share of a tall screen, and what the points leave `spare` above that.
 */
function drawBottom(canvas: Canvas, area: Area, { view, spare }: { view: CentralView; spare: number }): number {
  const bottom = area.y + area.height;
  const tall = area.height >= 34;
  if (area.width >= 150) {
    const height = Math.max(tall ? 12 : 6, Math.min(spare, MOST_ROWS));
    const y = bottom - height;
    const left = Math.floor(area.width * 0.55);
    drawRequests(canvas, { x: area.x, y, width: left, height }, view);
    drawMessages(canvas, { x: area.x + left + 1, y, width: area.width - left - 1, height }, view.messages);
    return y;
  }
  const messages = Math.max(tall ? 7 : 3, Math.min(Math.floor(spare / 2), MOST_ROWS));
  const requests = Math.max(tall ? 8 : 4, Math.min(Math.ceil(spare / 2), MOST_ROWS));
  drawMessages(canvas, { ...area, y: bottom - messages, height: messages }, view.messages);
  drawRequests(canvas, { ...area, y: bottom - messages - requests, height: requests }, view);
  return bottom - messages - requests;
}

/** A panel that is higher than this says nothing more. */
const MOST_ROWS = 20;

function drawRequests(canvas: Canvas, area: Area, view: CentralView): void {
  const rows = area.height - 1;
  const newest = [...view.requests].reverse();
  const hidden = Math.max(0, newest.length - rows);
  const title = hidden === 0 ? L.requests : `${L.requests} (${rows} ${L.tile.of} ${newest.length}, ${L.allOnPage})`;
  rule(canvas, { ...area, height: 1 }, title);
  drawPanelRows(canvas, { ...area, y: area.y + 1, height: rows }, {
    rows: newest, columns: REQUEST_COLUMNS, empty: L.noRequests,
  });
}

/** Date, start time, user and point come first: the practice asks for them. */
export const REQUEST_COLUMNS: readonly Column<RequestView>[] = [
  { title: L.column.date, width: 10, text: (r) => calendarDate(r.atMs) },
  { title: L.column.time, width: 8, text: (r) => clockTime(r.atMs) },
  { title: L.column.driver, width: 11, text: (r) => r.driverId },
  { title: L.column.point, width: 13, text: requestPlace },
  { title: L.column.state, width: 12, grows: true, text: requestState },
];

export function requestPlace(request: RequestView): string {
  if (request.pointId === null) return `${request.siteId} (${words().label.site})`;
  return request.connectorNo === null ? request.pointId : `${request.pointId} / ${request.connectorNo}`;
}

/** The state in words, with the place in the queue or the time to plug in. */
export function requestState(request: RequestView): string {
  const state = words().sessionState[request.state];
  if (request.place !== null) {
    const wait = request.estimatedWaitMs === null ? '' : `, ~${age(request.estimatedWaitMs)}`;
    return `${state}: ${words().label['place-in-queue'].toLowerCase()} ${request.place}${wait}`;
  }
  if (request.plugByMs === null) return state;
  return `${state}, ${L.plugBy} ${clockTime(request.plugByMs)}`;
}
