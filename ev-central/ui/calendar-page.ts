// The calendar of a site by day: each connector with its day as a line, and the reservations of the chosen one.
import { type Reservation, reservationSchema } from '../../shared/messages/reservation.ts';
import { formatMoney } from '../../shared/money.ts';
import { put, rule, type Area, type Canvas } from '../../shared/screen/canvas.ts';
import { menuDialog } from '../../shared/screen/dialogs.ts';
import type { QueryPage } from '../../shared/screen/handle.ts';
import type { KeyBinding, Page } from '../../shared/screen/host.ts';
import { BAD, BOLD, DIM, GOOD, PLAIN, WARN, type Style } from '../../shared/screen/style.ts';
import { createTable, type Table } from '../../shared/screen/table.ts';
import { formatDateTime, formatTime } from '../../shared/words/quantities.ts';
import { dayOf, dayStart } from '../../shared/zone.ts';
import { cellsFor, dayLine, hoursLine, type Cells, type Day } from './day-line.ts';
import { CENTRAL_LABELS } from './labels.ts';
import type { Desk } from './orders.ts';
import { reservationKeys } from './reservation-orders.ts';
import type { CentralView, ConnectorView, PointView, SiteView } from './view.ts';

const L = CENTRAL_LABELS.calendar;
const HOUR_MS = 3_600_000;
/** A reservation is no longer than this: what began before the day may reach into it. */
const LONGEST_MS = 24 * HOUR_MS;
const PAGE_ROWS = 200;
const MOST_PAGES = 10;
const AGAIN_MS = 5_000;
const NAME_WIDTH = 14;

type Line = { readonly key: string; readonly point: PointView; readonly connector: ConnectorView };
type Calendar = {
  siteId: string | null;
  /** Null: today, also after midnight. */
  day: string | null;
  rows: readonly Reservation[];
  error: string | null;
  /** What the rows are of, and when they were asked for. */
  asked: string; askedAtMs: number;
  focus: 'connectors' | 'list';
  drawn: { readonly cells: Cells; readonly hours: string; readonly day: Day; readonly nowMs: number };
};

export function calendarPage(desk: Desk): Page<CentralView> {
  const none: Day = { startMs: 0, endMs: 0, timeZone: 'UTC' };
  const calendar: Calendar = {
    siteId: null, day: null, rows: [], error: null, asked: '', askedAtMs: 0, focus: 'connectors',
    drawn: { cells: { stepMs: 1, count: 0 }, hours: '', day: none, nowMs: 0 },
  };
  const connectors = connectorTable(calendar);
  const list = reservationTable(calendar);
  const chosen = (): Line | undefined => connectors.selected();
  const ofChosen = (): readonly Reservation[] => rowsAt(calendar, chosen());
  return {
    id: 'reservations',
    title: L.title,
    draw(canvas, area, view) {
      const site = siteOf(calendar, view);
      if (site === undefined) return void put(canvas, area.x + 1, area.y, L.noSites, DIM);
      const day = shownDay(calendar, site, view.nowMs);
      const cells = cellsFor(day, area.width - NAME_WIDTH - 4);
      calendar.drawn = { cells, day, nowMs: view.nowMs, hours: hoursLine(day, cells, view.nowMs) };
      readAgain(desk, calendar, site);
      const listRows = Math.max(4, Math.min(14, Math.floor(area.height / 3)));
      drawTitle(canvas, area, site, calendar);
      const body = { ...area, y: area.y + 1, height: area.height - 1 - listRows };
      connectors.draw(canvas, body, linesOf(view, site), calendar.focus === 'connectors');
      const below = { ...area, y: body.y + body.height, height: listRows };
      rule(canvas, { ...below, height: 1 }, chosen()?.key ?? '');
      list.draw(canvas, { ...below, y: below.y + 1, height: listRows - 1 }, ofChosen(), calendar.focus === 'list');
    },
    keys: (view) => [
      ...dayKeys(desk, calendar, view),
      { key: 'tab', label: L.keys.list, run: () => switchFocus(calendar) },
      ...reservationKeys(desk, list.selected()),
      { key: '/', label: CENTRAL_LABELS.keys.filter, run: () => (connectors.filter.editing = true) },
      { key: 'f5', label: CENTRAL_LABELS.keys.reload, helpOnly: true, run: () => (calendar.askedAtMs = 0) },
    ],
    onKey: (event) => (calendar.focus === 'list' ? list : connectors).onKey(event),
    onShow: () => (calendar.askedAtMs = 0),
  };
}

function switchFocus(calendar: Calendar): void {
  calendar.focus = calendar.focus === 'list' ? 'connectors' : 'list';
}

function connectorTable(calendar: Calendar): Table<Line> {
  return createTable<Line>({
    keyOf: (line) => line.key, empty: CENTRAL_LABELS.noPoints, onOpen: () => switchFocus(calendar),
    textOf: ({ key, point }) => `${key} ${point.place}`,
    columns: [
      { title: CENTRAL_LABELS.column.point, width: NAME_WIDTH, text: (line) => line.key },
      {
        get title() {
          return calendar.drawn.hours;
        },
        width: 24, grows: true, text: (line) => lineText(calendar, line),
      },
    ],
  });
}

function lineText(calendar: Calendar, line: Line): string {
  const { day, cells, nowMs } = calendar.drawn;
  const running = line.connector.session?.startedAtMs ?? null;
  return dayLine(rowsAt(calendar, line), day, cells, { running, nowMs });
}

function reservationTable(calendar: Calendar): Table<Reservation> {
  const c = L.column;
  return createTable<Reservation>({
    keyOf: (row) => row.reservationId,
    get empty() {
      return calendar.error ?? L.none;
    },
    columns: [
      { title: c.when, width: 11, text: slotText },
      { title: c.state, width: 10, text: (row) => L.state[row.state], style: stateStyle },
      { title: c.who, width: 12, grows: true, text: (row) => row.userId },
      { title: c.fee, width: 10, right: true, text: (row) => formatMoney(row.feeMinor, row.currency) },
      { title: c.taken, width: 10, right: true, text: (row) => formatMoney(row.takenMinor, row.currency) },
      { title: c.id, width: 14, text: (row) => row.reservationId },
      { title: c.series, width: 14, from: 110, text: (row) => row.seriesId ?? '' },
      { title: c.why, width: 30, from: 130, text: (row) => row.why },
    ],
  });
}

function slotText({ beginsAtMs, endsAtMs, timeZone }: Reservation): string {
  return `${formatTime(beginsAtMs, timeZone)}-${formatTime(endsAtMs, timeZone)}`;
}

function stateStyle({ state }: Reservation): Style {
  switch (state) {
    case 'no-show': case 'expired': return BAD;
    case 'active': return WARN;
    case 'checked-in': case 'fulfilled': return GOOD;
    case 'cancelled': return DIM;
    case 'booked': return PLAIN;
  }
}

function drawTitle(canvas: Canvas, area: Area, site: SiteView, calendar: Calendar): void {
  const { day: { startMs, timeZone } } = calendar.drawn;
  const date = formatDateTime(startMs + HOUR_MS, timeZone).slice(0, 10);
  const coming = calendar.rows.filter(({ state }) => state !== 'cancelled').length;
  const text = `${date}  ${site.siteId} ${site.name}  ${coming} ${L.reservations}  `;
  const end = put(canvas, area.x + 1, area.y, text, BOLD, area.width - 2);
  const look = calendar.error === null ? DIM : BAD;
  put(canvas, end, area.y, calendar.error ?? L.legend, look, area.x + area.width - end - 1);
}

function siteOf(calendar: Calendar, { sites }: CentralView): SiteView | undefined {
  return sites.find(({ siteId }) => siteId === calendar.siteId) ?? sites[0];
}

function shownDay({ day }: Calendar, { timeZone }: SiteView, nowMs: number): Day {
  const startMs = dayStart(timeZone, day ?? dayOf(timeZone, nowMs)) ?? nowMs;
  return { startMs, endMs: dayStart(timeZone, dayOf(timeZone, startMs + 36 * HOUR_MS)) ?? startMs, timeZone };
}

function linesOf({ points }: CentralView, { siteId }: SiteView): Line[] {
  return points.filter((point) => point.siteId === siteId).flatMap((point) => point.connectors.map((connector) =>
    ({ key: `${point.pointId}/${connector.connectorNo}`, point, connector })));
}

function rowsAt({ rows }: Calendar, line: Line | undefined): readonly Reservation[] {
  return line === undefined ? []
    : rows.filter((row) => row.pointId === line.point.pointId && row.connectorNo === line.connector.connectorNo);
}

/** Asks for the day when it is another one, and again every few seconds while it is looked at. */
function readAgain(desk: Desk, calendar: Calendar, { siteId }: SiteView): void {
  const { day, nowMs } = calendar.drawn;
  const asked = `${siteId} ${day.startMs}`;
  if (asked === calendar.asked && nowMs - calendar.askedAtMs < AGAIN_MS && nowMs >= calendar.askedAtMs) return;
  if (asked !== calendar.asked) calendar.rows = [];
  calendar.asked = asked;
  calendar.askedAtMs = nowMs;
  void readDay(desk, siteId, day).then(({ rows, error }) => {
    if (calendar.asked !== asked) return;
    calendar.error = error;
    if (error === null) calendar.rows = rows;
    desk.host.draw();
  });
}

async function readDay(
  { actions }: Desk, siteId: string, { startMs, endMs }: Day,
): Promise<{ rows: readonly Reservation[]; error: string | null }> {
  const rows: Reservation[] = [];
  const filter = { siteId, sinceMs: startMs - LONGEST_MS, untilMs: endMs };
  let after: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer: QueryPage = await actions.query('reservations', filter, after, PAGE_ROWS);
    if (answer.error !== null) return { rows: [], error: answer.error };
    for (const row of answer.rows) {
      const parsed = reservationSchema.safeParse(row);
      if (parsed.success && parsed.data.endsAtMs > startMs) rows.push(parsed.data);
    }
    after = answer.next;
    if (after === null) break;
  }
  return { rows: rows.sort((a, b) => a.beginsAtMs - b.beginsAtMs), error: null };
}

function dayKeys(desk: Desk, calendar: Calendar, view: CentralView): readonly KeyBinding[] {
  const move = (byMs: number): void => {
    const { startMs, timeZone } = calendar.drawn.day;
    const day = dayOf(timeZone, startMs + byMs);
    calendar.day = day === dayOf(timeZone, desk.host.view().nowMs) ? null : day;
  };
  const choose = (siteId: string): void => {
    calendar.siteId = siteId;
    desk.host.draw();
  };
  return [
    { key: 'left', label: L.keys.before, run: () => move(-12 * HOUR_MS) },
    { key: 'right', label: L.keys.after, run: () => move(36 * HOUR_MS) },
    { key: 't', label: L.keys.today, run: () => (calendar.day = null) },
    { key: 'g', label: CENTRAL_LABELS.keys.site, run: () => desk.host.open(menuDialog(desk.host, {
      title: CENTRAL_LABELS.chooseSite,
      items: view.sites.map(({ siteId, name }, i) => ({
        key: i < 9 ? String(i + 1) : ' ', label: `${siteId} ${name}`, run: () => choose(siteId),
      })),
    })) },
  ];
}
