// The list of a fleet's points; Enter shows one in full.
import { age, power } from '../../shared/screen/format.ts';
import type { Host, Page } from '../../shared/screen/host.ts';
import { LABELS } from '../../shared/screen/labels.ts';
import { drawMessages, linkStyle, linkText, statusStyle, statusText } from '../../shared/screen/panels.ts';
import { BAD, GOOD } from '../../shared/screen/style.ts';
import { createTable } from '../../shared/screen/table.ts';
import { ENGINE_LABELS as L } from './labels.ts';
import { pointKeys } from './point-keys.ts';
import type { Chosen } from './point-page.ts';
import type { EngineActions, EnginePointView, EngineView } from './view.ts';

/** A point and its place in the view: it may not know its id yet. */
type Row = { readonly index: number; readonly point: EnginePointView };

export function fleetPage(host: Host<EngineView>, actions: EngineActions, chosen: Chosen): Page<EngineView> {
  const choose = (row: Row): void => {
    chosen.index = row.index;
    chosen.connectorNo = null;
    host.show('point');
  };
  const table = createTable<Row>({
    keyOf: (row) => String(row.index),
    empty: L.noPoints,
    onOpen: choose,
    columns: [
      { title: LABELS.point, width: 10, grows: true, text: (row) => row.point.pointId ?? L.noMonitor },
      { title: LABELS.state, width: 16, text: (row) => statusText(row.point.status),
        style: (row) => statusStyle(row.point.status) },
      { title: LABELS.since, width: 6, right: true, text: (row) => age(host.view().nowMs - row.point.sinceMs) },
      { title: LABELS.power, width: 8, right: true, text: (row) => power(totalW(row.point)) },
      { title: LABELS.driver, width: 10, text: (row) => driversOf(row.point) },
      { title: LABELS.monitor, width: 10, text: (row) => linkText(row.point.monitor),
        style: (row) => linkStyle(row.point.monitor) },
      { title: LABELS.key, width: 5, text: (row) => (row.point.key.held ? L.heldKey : `X ${L.noKey}`),
        style: (row) => (row.point.key.held ? GOOD : BAD) },
      { title: L.journalColumn, width: 5, right: true, text: (row) => String(row.point.journalFacts) },
      { title: LABELS.why, width: 10, grows: true, from: 100, text: (row) => row.point.why },
    ],
  });
  return {
    id: 'fleet',
    title: L.fleet,
    draw(canvas, area, view) {
      const messages = Math.max(4, Math.min(12, Math.floor(area.height / 4)));
      const rows = view.points.map((point, index) => ({ index, point }));
      table.draw(canvas, { ...area, height: area.height - messages }, rows);
      drawMessages(canvas, { ...area, y: area.y + area.height - messages, height: messages }, view.messages);
    },
    keys() {
      const row = table.selected();
      const filter = { key: '/', label: LABELS.filter, run: () => table.filter.editing = true };
      if (row === undefined) return [filter];
      const at = { index: row.index, connectorNo: row.point.connectors[0]?.connectorNo ?? null };
      return [filter, ...pointKeys({ host, actions, at, point: row.point })];
    },
    onKey: (event) => table.onKey(event),
  };
}

function totalW(point: EnginePointView): number {
  return point.connectors.reduce((sum, c) => sum + c.powerW, 0);
}

function driversOf(point: EnginePointView): string {
  return point.connectors.flatMap((c) => (c.session === null ? [] : [c.session.driverId])).join(', ');
}
