// One point in full: its state, every connector with its vehicle, power and session, the links, the messages.
import { fill, fit, put, putSpans, rule, type Area, type Canvas, type Span } from '../../shared/screen/canvas.ts';
import { formatEnergy } from '../../shared/words/quantities.ts';
import { formatMoney } from '../../shared/money.ts';
import {
  age, clockTime, dateAndTime, energy, power, ratedPower, shortTime,
} from '../../shared/screen/format.ts';
import { batteryStyle, drawBar } from '../../shared/screen/gauge.ts';
import type { Host, KeyBinding, Page } from '../../shared/screen/host.ts';
import { LABELS } from '../../shared/screen/labels.ts';
import { drawFact, drawMessages, linkSpans, statusStyle, statusText } from '../../shared/screen/panels.ts';
import { BAD, BOLD, DIM, GOOD, STATUS_LOOK, TITLE, WARN } from '../../shared/screen/style.ts';
import { clickable } from '../../shared/screen/canvas.ts';
import { words } from '../../shared/words.ts';
import { tariffText } from '../../shared/words/price.ts';
import type { Goal } from '../../shared/messages/values.ts';
import { ENGINE_LABELS as L } from './labels.ts';
import { pointKeys } from './point-keys.ts';
import type { EngineActions, EngineConnectorView, EngineFaultView, EnginePointView, EngineView } from './view.ts';

/** Which point and connector the keys act on. */
export type Chosen = { index: number; connectorNo: number | null };

const LABEL_WIDTH = 12;
/** Lines of one connector drawn in full: its title and four facts. */
const CONNECTOR_ROWS = 5;
const LINK_ROWS = 6;

export function pointPage(host: Host<EngineView>, actions: EngineActions, chosen: Chosen): Page<EngineView> {
  const current = (view: EngineView): EnginePointView | undefined => view.points[chosen.index] ?? view.points[0];
  const keys = (view: EngineView): readonly KeyBinding[] => {
    const point = current(view);
    if (point === undefined) return [];
    const at = { index: view.points.indexOf(point), connectorNo: selectedConnector(point, chosen) };
    return [
      ...pointKeys({ host, actions, at, point }),
      ...(point.connectors.length > 1
        ? [{ key: 'tab', label: L.keys.connector, run: () => nextConnector(point, chosen) }] : []),
      ...(view.points.length > 1 ? [{ key: 'escape', label: L.back, run: () => host.show('fleet') }] : []),
    ];
  };
  return {
    id: 'point',
    title: L.point,
    draw(canvas, area, view) {
      const point = current(view);
      if (point === undefined) put(canvas, area.x + 1, area.y, L.noPoints, DIM);
      else drawPoint(canvas, area, { point, view, chosen });
    },
    keys,
    onKey: () => false,
  };
}

function selectedConnector(point: EnginePointView, chosen: Chosen): number | null {
  const found = point.connectors.find((c) => c.connectorNo === chosen.connectorNo) ?? point.connectors[0];
  return found?.connectorNo ?? null;
}

function nextConnector(point: EnginePointView, chosen: Chosen): void {
  const index = point.connectors.findIndex((c) => c.connectorNo === selectedConnector(point, chosen));
  chosen.connectorNo = point.connectors[(index + 1) % point.connectors.length]?.connectorNo ?? null;
}

function drawPoint(canvas: Canvas, area: Area, page: {
  point: EnginePointView; view: EngineView; chosen: Chosen;
}): void {
  const { point, view, chosen } = page;
  const { nowMs } = view;
  let y = drawBand(canvas, area, point, nowMs);
  // Beside each other where there is room, otherwise below.
  const wide = area.width >= 150;
  const bottom = area.y + area.height;
  const left = wide ? { ...area, width: Math.floor(area.width * 0.6) } : area;
  const linksHere = wide ? 0 : LINK_ROWS;
  y = drawConnectors(canvas, { ...left, y, height: bottom - y - linksHere - 3 }, { point, chosen, nowMs });
  if (wide) {
    const right = { ...area, x: left.width + 1, width: area.width - left.width - 1, y: area.y + bandRows(area) };
    drawLinks(canvas, right, point, view);
  } else y = drawLinks(canvas, { ...area, y }, point, view);
  if (bottom - y > 1) drawMessages(canvas, { ...left, y, height: bottom - y }, view.messages);
}

function bandRows(area: Area): number {
  return area.height >= 26 ? 3 : 1;
}

/** The state, large: a band in its colour over the whole width. */
function drawBand(canvas: Canvas, area: Area, point: EnginePointView, nowMs: number): number {
  const rows = bandRows(area);
  const { band } = STATUS_LOOK[point.status];
  fill(canvas, { ...area, height: rows }, band);
  // The faults say why in better words than the state's own.
  const extras = [
    point.faults.length === 0 ? point.why : '', point.forcedKo ? L.koOn : '', point.powerLost ? L.powerLost : '',
    point.operative ? '' : L.stopped,
    ...point.faults.filter((f) => f.code !== 'forced' && f.code !== 'power-loss').map(faultText),
  ].filter((text) => text !== '');
  const text = `${statusText(point.status).toUpperCase()}  ${LABELS.since} ${shortTime(point.sinceMs, nowMs)} `
    + `(${age(nowMs - point.sinceMs)})  ${[...new Set(extras)].join('; ')}`;
  put(canvas, area.x + 2, area.y + Math.floor(rows / 2), text, band, area.width - 3);
  return area.y + rows;
}

function faultText({ code, connectorNo, detail }: EngineFaultView): string {
  const where = connectorNo === null ? '' : ` (${connectorNo})`;
  return `${words().faultCode[code]}${where}${detail === '' ? '' : ` ${detail}`}`;
}

/** The selected connector in full, the others as far as there is room, at least one line each. */
function drawConnectors(canvas: Canvas, area: Area, list: {
  point: EnginePointView; chosen: Chosen; nowMs: number;
}): number {
  const { point, chosen, nowMs } = list;
  const selected = selectedConnector(point, chosen);
  let spare = area.height - point.connectors.length - (CONNECTOR_ROWS - 1);
  let y = area.y;
  for (const connector of point.connectors) {
    const mine = connector.connectorNo === selected;
    const full = mine || spare >= CONNECTOR_ROWS - 1;
    if (full && !mine) spare -= CONNECTOR_ROWS - 1;
    if (y >= area.y + area.height) break;
    const title = { ...area, y, height: 1 };
    drawConnectorTitle(canvas, title, { connector, marked: mine && point.connectors.length > 1, brief: !full });
    clickable(canvas, title, () => {
      chosen.connectorNo = connector.connectorNo;
    });
    y = full ? drawConnector(canvas, { ...area, y: y + 1 }, { connector, point, nowMs }) : y + 1;
  }
  return y;
}

function drawConnectorTitle(canvas: Canvas, line: Area, shown: {
  connector: EngineConnectorView; marked: boolean; brief: boolean;
}): void {
  const { connector, marked, brief } = shown;
  rule(canvas, line, '', TITLE);
  const name = `${marked ? '> ' : ''}${LABELS.connector} ${connector.connectorNo}  `
    + `${words().connectorType[connector.type]}  ${ratedPower(connector.maxPowerW)}`;
  const figures = brief && connector.vehicle !== null
    ? `  ${connector.vehicle.socPercent} %  ${power(connector.powerW)}  ${connector.session?.driverId ?? ''}` : '';
  putSpans(canvas, line.x + 2, line.y, [
    { text: ` ${name}  `, style: marked ? BOLD : TITLE },
    { text: statusText(connector.status), style: statusStyle(connector.status) }, { text: `${figures} ` },
  ], line.width - 4);
}

function drawConnector(canvas: Canvas, area: Area, shown: {
  connector: EngineConnectorView; point: EnginePointView; nowMs: number;
}): number {
  const { connector, point, nowMs } = shown;
  const line = (y: number): Area => ({ x: area.x + 1, y, width: area.width - 2, height: 1 });
  const barWidth = Math.min(40, Math.max(10, area.width - 50));
  let { y } = area;
  const { vehicle, session } = connector;
  if (vehicle === null) drawFact(canvas, line(y), L.vehicle, [{ text: L.noVehicle, style: DIM }], LABEL_WIDTH);
  else {
    drawFact(canvas, line(y), L.vehicle, [], LABEL_WIDTH);
    const look = batteryStyle(vehicle.socPercent);
    const x = drawBar(canvas, { x: area.x + 1 + LABEL_WIDTH, y, width: barWidth }, vehicle.socPercent / 100, look);
    putSpans(canvas, x + 1, y, [
      { text: fit(`${vehicle.socPercent} %`, 6), style: look },
      { text: `${vehicle.name}, ${vehicle.batteryWh / 1000} kWh`, style: DIM },
    ], area.x + area.width - x - 2);
  }
  y += 1;
  drawFact(canvas, line(y), L.power, [], LABEL_WIDTH);
  const limitW = connector.limitW ?? connector.maxPowerW;
  const x = drawBar(canvas, { x: area.x + 1 + LABEL_WIDTH, y, width: barWidth }, connector.powerW / limitW, GOOD);
  putSpans(canvas, x + 1, y, [
    { text: fit(power(connector.powerW), 9), style: BOLD },
    { text: connector.limitW === null ? '' : ` ${L.limit} ${ratedPower(connector.limitW)}`, style: WARN },
  ], area.x + area.width - x - 2);
  y = drawFact(canvas, line(y + 1), LABELS.session, sessionSpans(connector, point, nowMs), LABEL_WIDTH);
  const startedAtMs = session?.startedAtMs ?? null;
  const since = startedAtMs === null ? ''
    : `  ${LABELS.since} ${shortTime(startedAtMs, nowMs)} (${age(nowMs - startedAtMs)})`;
  return drawFact(canvas, line(y), L.meter, [
    { text: formatEnergy(connector.meterWh) }, { text: since, style: DIM },
  ], LABEL_WIDTH);
}

function sessionSpans(connector: EngineConnectorView, point: EnginePointView, nowMs: number): Span[] {
  const { session } = connector;
  if (session === null) return [{ text: L.noSession, style: DIM }];
  if (session.plugByMs !== null) {
    const left = Math.max(0, session.plugByMs - nowMs);
    return [
      { text: session.driverId, style: BOLD },
      { text: `  ${L.plugBefore} ${clockTime(session.plugByMs)} (${age(left)})`, style: WARN },
      { text: `  ${session.sessionId}`, style: DIM },
    ];
  }
  const currency = point.tariff?.currency;
  const cost = session.costMinor === null || currency === undefined ? '' : formatMoney(session.costMinor, currency);
  return [
    { text: session.driverId, style: BOLD }, { text: `  ${energy(session.energyWh)}  ${cost}  ` },
    { text: goalText(session.goal, currency), style: DIM }, { text: `  ${session.sessionId}`, style: DIM },
  ];
}

function goalText(goal: Goal, currency: Parameters<typeof formatMoney>[1] | undefined): string {
  const parts = [
    goal.energyWh === null ? '' : energy(goal.energyWh),
    goal.amountMinor === null || currency === undefined ? '' : formatMoney(goal.amountMinor, currency),
    goal.socPercent === null ? '' : `${goal.socPercent} %`,
  ].filter((text) => text !== '');
  return parts.length === 0 ? L.noGoal : `${L.goal} ${parts.join(', ')}`;
}

function drawLinks(canvas: Canvas, area: Area, point: EnginePointView, view: EngineView): number {
  const { nowMs } = view;
  const { tariff } = point;
  const price = tariff === null ? '' : `  ${tariff.currency} ${tariffText(tariff, words().price)}`;
  rule(canvas, { ...area, height: 1 }, `${L.links}${point.siteId === null ? '' : ` - ${point.siteId}${price}`}`);
  const line = (y: number): Area => ({ x: area.x + 1, y, width: area.width - 2, height: 1 });
  let y = drawFact(canvas, line(area.y + 1), LABELS.monitor, linkSpans(point.monitor, nowMs), LABEL_WIDTH);
  y = drawFact(canvas, line(y), LABELS.bus, linkSpans(view.bus, nowMs), LABEL_WIDTH);
  y = drawFact(canvas, line(y), LABELS.central, linkSpans(point.central, nowMs), LABEL_WIDTH);
  const { key } = point;
  const until = key.expiresAtMs === null ? '' : ` ${L.until} ${dateAndTime(key.expiresAtMs)}`;
  y = drawFact(canvas, line(y), LABELS.key, [
    { text: key.held ? `+ ${L.heldKey}` : `X ${L.noKey}`, style: key.held ? GOOD : BAD },
    { text: key.held ? until : ` ${LABELS.since} ${shortTime(key.sinceMs, nowMs)}`, style: DIM },
    { text: key.why === '' ? '' : `  ${key.why}` },
  ], LABEL_WIDTH);
  const facts = point.journalFacts;
  return drawFact(canvas, line(y), L.journal, [
    facts === 0 ? { text: L.journalEmpty, style: DIM } : { text: `${facts} ${L.waiting}`, style: WARN },
  ], LABEL_WIDTH);
}
