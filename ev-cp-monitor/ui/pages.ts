// The two pages of the monitor's screen: one point in full, and the list of a fleet.
import type { Area, Canvas } from '../../shared/screen/canvas.ts';
import { put, putSpans, rule } from '../../shared/screen/canvas.ts';
import { confirmDialog } from '../../shared/screen/dialogs.ts';
import { age, dateAndTime, shortTime } from '../../shared/screen/format.ts';
import { beatSpans } from '../../shared/screen/gauge.ts';
import type { Host, KeyBinding, Page } from '../../shared/screen/host.ts';
import { LABELS } from '../../shared/screen/labels.ts';
import { drawFact, drawMessages, linkSpans, linkStyle, linkText } from '../../shared/screen/panels.ts';
import { BAD, DIM, GOOD, WARN, type Style } from '../../shared/screen/style.ts';
import { createTable } from '../../shared/screen/table.ts';
import { MONITOR_LABELS as L } from './labels.ts';
import type { MonitorActions, MonitorPointView, MonitorView } from './view.ts';

export type MonitorHost = Host<MonitorView>;
/** Which point the point page shows; null: the first. */
export type Chosen = { pointId: string | null };

const HEALTH_STYLE = { ok: GOOD, ko: BAD, unreachable: WARN } as const;
const AUTHENTICATION_STYLE = { waiting: DIM, authenticating: WARN, authenticated: GOOD, refused: BAD } as const;

/** One point: both links, health with its last minute, key, messages. */
export function pointPage(host: MonitorHost, actions: MonitorActions, chosen: Chosen): Page<MonitorView> {
  const current = (view: MonitorView): MonitorPointView | undefined =>
    view.points.find((p) => p.pointId === chosen.pointId) ?? view.points[0];
  return {
    id: 'point',
    title: L.point,
    draw(canvas, area, view) {
      const point = current(view);
      if (point === undefined) {
        put(canvas, 1, area.y, L.noPoints, DIM);
        return;
      }
      const y = drawPoint(canvas, area, point, view.nowMs);
      drawMessages(canvas, { ...area, y, height: area.y + area.height - y }, view.messages);
    },
    keys: (view) => [
      ...authenticateKey(host, actions, current(view)),
      ...(view.points.length > 1 ? [{ key: 'escape', label: L.back, run: () => host.show('fleet') }] : []),
    ],
    onKey: () => false,
  };
}

/** The list of a fleet; Enter opens one point. */
export function fleetPage(host: MonitorHost, actions: MonitorActions, chosen: Chosen): Page<MonitorView> {
  const table = createTable<MonitorPointView>({
    keyOf: (p) => p.pointId,
    empty: L.noPoints,
    onOpen: (p) => {
      chosen.pointId = p.pointId;
      host.show('point');
    },
    columns: [
      { title: LABELS.point, width: 12, grows: true, text: (p) => p.pointId },
      { title: LABELS.site, width: 8, from: 100, text: (p) => p.siteId ?? '' },
      { title: LABELS.central, width: 12, text: (p) => linkText(p.central), style: (p) => linkStyle(p.central) },
      { title: L.authentication, width: 13, text: authenticationText, style: authenticationStyle },
      { title: LABELS.engine, width: 12, text: (p) => linkText(p.engine), style: (p) => linkStyle(p.engine) },
      { title: L.health, width: 12, text: (p) => L.health_[p.health.engine], style: healthStyle },
      { title: LABELS.since, width: 8, right: true, text: (p) => age(host.view().nowMs - p.health.sinceMs) },
      { title: LABELS.why, width: 10, grows: true, from: 90, text: whyText },
    ],
  });
  return {
    id: 'fleet',
    title: L.fleet,
    draw(canvas, area, view) {
      const messages = Math.max(4, Math.min(10, Math.floor(area.height / 4)));
      table.draw(canvas, { ...area, height: area.height - messages }, view.points);
      drawMessages(canvas, { ...area, y: area.y + area.height - messages, height: messages }, view.messages);
    },
    keys: () => [
      { key: '/', label: LABELS.filter, run: () => table.filter.editing = true },
      ...authenticateKey(host, actions, table.selected()),
    ],
    onKey: (event) => table.onKey(event),
  };
}

function authenticateKey(
  host: MonitorHost, actions: MonitorActions, point: MonitorPointView | undefined,
): readonly KeyBinding[] {
  if (point === undefined) return [];
  const { pointId } = point;
  return [{
    key: 'a',
    label: L.authenticate,
    whyNot: actions.whyNotAuthenticate(pointId),
    run: () => host.open(confirmDialog(host, {
      title: `${L.authenticate} ${pointId}`, lines: [L.question],
      run: () => host.run(() => actions.authenticate(pointId)),
    })),
  }];
}

/** Draws the point's facts; returns the line after them. */
function drawPoint(canvas: Canvas, area: Area, point: MonitorPointView, nowMs: number): number {
  const left = area.x + 1;
  const width = area.width - 2;
  const label = 15;
  const fact = (y: number, name: string, spans: Parameters<typeof drawFact>[3]): number =>
    drawFact(canvas, { x: left, y, width, height: 1 }, name, spans, label);
  rule(canvas, { ...area, height: 1 }, L.links);
  let y = fact(area.y + 1, LABELS.central, linkSpans(point.central, nowMs));
  y = fact(y, '', [{ text: point.centralAddress, style: DIM }]);
  y = fact(y, LABELS.engine, linkSpans(point.engine, nowMs));
  y = fact(y, '', [{ text: point.engineAddress, style: DIM }]);
  rule(canvas, { ...area, y, height: 1 }, `${L.point} ${point.pointId}`);
  y = fact(y + 1, LABELS.place, [{ text: point.siteId === null ? '-' : `${point.siteId}  ${point.place}` }]);
  y = fact(y, L.authentication, [
    { text: authenticationText(point), style: authenticationStyle(point) },
    { text: ` ${LABELS.since} ${shortTime(point.authentication.sinceMs, nowMs)}`, style: DIM },
    { text: point.authentication.why === '' ? '' : `  ${point.authentication.why}` },
  ]);
  y = fact(y, L.keyExpires, [{
    text: point.keyExpiresAtMs === null ? L.noKey : `${dateAndTime(point.keyExpiresAtMs)} `
      + `(${age(point.keyExpiresAtMs - nowMs)})`,
  }]);
  if (point.clockOffsetMs !== null) y = fact(y, L.clock, [{ text: `${point.clockOffsetMs} ${L.ahead}`, style: DIM }]);
  y = fact(y, L.health, [
    { text: L.health_[point.health.engine], style: healthStyle(point) },
    { text: ` ${LABELS.since} ${shortTime(point.health.sinceMs, nowMs)} (${age(nowMs - point.health.sinceMs)})`,
      style: DIM },
    { text: point.health.reason === '' ? '' : `  ${point.health.reason}` },
  ]);
  put(canvas, left, y, L.history, DIM, label - 1);
  putSpans(canvas, left + label, y, beatSpans(point.history, Math.min(60, width - label)), width - label);
  const legend = `█ ${L.beat.ok}  X ${L.beat.ko}  ? ${L.beat.unreachable}  · ${L.beat.none}`;
  y = fact(y + 1, '', [{ text: legend, style: DIM }]);
  return y;
}

function authenticationText(point: MonitorPointView): string {
  const { state, needsHand } = point.authentication;
  return needsHand ? `${L.state[state]}, ${L.needsHand}` : L.state[state];
}

function authenticationStyle(point: MonitorPointView): Style {
  return AUTHENTICATION_STYLE[point.authentication.state];
}

function healthStyle(point: MonitorPointView): Style {
  return HEALTH_STYLE[point.health.engine];
}

function whyText(point: MonitorPointView): string {
  return [point.authentication.why, point.health.reason, point.central.why, point.engine.why]
    .filter((text) => text !== '').join('; ');
}
