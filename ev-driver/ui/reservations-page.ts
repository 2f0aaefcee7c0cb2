// A driver's reservations: when, where, what is held, until when she has to be there; book, check in, change, cancel.
import { formatMoney } from '../../shared/money.ts';
import { put, rule, type Area, type Canvas } from '../../shared/screen/canvas.ts';
import { confirmDialog, menuDialog } from '../../shared/screen/dialogs.ts';
import { age } from '../../shared/screen/format.ts';
import type { Host, KeyBinding, Page } from '../../shared/screen/host.ts';
import { drawMessages } from '../../shared/screen/panels.ts';
import { BOLD, DIM, GOOD, PLAIN, WARN, type Style } from '../../shared/screen/style.ts';
import { createTable } from '../../shared/screen/table.ts';
import { formatDateTime, formatTime } from '../../shared/words/quantities.ts';
import { bookingForm, changeForm } from './booking-form.ts';
import { drawChargeLine } from './charge-page.ts';
import { DRIVER_LABELS } from './labels.ts';
import type { DriverActions, DriverScreenView, ReservationView } from './view.ts';

const L = DRIVER_LABELS.reservation;
const DETAIL_ROWS = 4;

export function reservationsPage(host: Host<DriverScreenView>, actions: DriverActions): Page<DriverScreenView> {
  const c = L.column;
  const nowMs = (): number => host.view().nowMs;
  const table = createTable<ReservationView>({
    keyOf: (r) => r.reservationId, empty: L.none,
    textOf: (r) => [r.reservationId, slotText(r), placeText(r), r.siteId, L.state[r.state]].join(' '),
    columns: [
      { title: c.when, width: 22, text: slotText },
      { title: c.begins, width: 9, right: true, text: (r) => beginsText(r, nowMs()) },
      { title: c.where, width: 11, grows: true, text: placeText },
      { title: c.state, width: 12, text: (r) => L.state[r.state], style: stateStyle },
      { title: c.checkIn, width: 11, text: checkInText },
      { title: c.fee, width: 10, right: true, text: (r) => formatMoney(r.feeMinor, r.currency) },
      { title: c.held, width: 10, right: true, from: 95, text: (r) => formatMoney(r.holdMinor, r.currency) },
      { title: c.cancel, width: 18, right: true, from: 120, text: (r) => costText(r) },
      { title: c.zone, width: 16, from: 140, text: (r) => r.timeZone },
      { title: c.id, width: 16, from: 120, text: (r) => r.reservationId },
    ],
  });
  return {
    id: 'reservations',
    title: L.title,
    draw(canvas, area, view) {
      const y = drawChargeLine(canvas, area, view);
      const messages = area.height >= 30 ? 8 : 4;
      const height = area.y + area.height - y - DETAIL_ROWS - messages;
      table.draw(canvas, { ...area, y, height }, view.reservations);
      drawDetail(canvas, { ...area, y: y + height, height: DETAIL_ROWS }, view, table.selected());
      drawMessages(canvas, { ...area, y: y + height + DETAIL_ROWS, height: messages }, view.messages);
    },
    keys: () => [
      ...reservationKeys(host, actions, table.selected()),
      { key: '/', label: DRIVER_LABELS.keys.filter, run: () => (table.filter.editing = true) },
      { key: 'f5', label: DRIVER_LABELS.keys.reload, run: () => actions.reload() },
    ],
    onKey: (event) => table.onKey(event),
    onShow: () => actions.reload(),
  };
}

function reservationKeys(
  host: Host<DriverScreenView>, actions: DriverActions, row: ReservationView | undefined,
): readonly KeyBinding[] {
  const nothing = L.nothingSelected;
  return [
    { key: 'b', label: L.keys.book, whyNot: actions.whyNotBook(), run: () => host.open(bookingForm(host, actions)) },
    { key: 'i', label: L.keys.checkIn, whyNot: row === undefined ? nothing : row.whyNotCheckIn, run: () => {
      if (row !== undefined) host.run(() => actions.checkIn(row.reservationId));
    } },
    { key: 'e', label: L.keys.change, whyNot: row === undefined ? nothing : row.whyNotChange, run: () => {
      if (row !== undefined) host.open(changeForm(host, actions, row));
    } },
    { key: 'x', label: L.keys.cancel, whyNot: row === undefined ? nothing : row.whyNotCancel, run: () => {
      if (row !== undefined) openCancel(host, actions, row);
    } },
  ];
}

/** What it costs is said before she confirms. Of a recurring one she can give up all that are to come. */
function openCancel(host: Host<DriverScreenView>, actions: DriverActions, row: ReservationView): void {
  const one = (): void => host.open(confirmDialog(host, {
    title: L.keys.cancel, lines: [`${slotText(row)}, ${placeText(row)}.`, `${L.cancelNow} ${costText(row)}.`],
    run: () => host.run(() => actions.cancelReservation(row.reservationId)),
  }));
  const { seriesId } = row;
  if (seriesId === null) return one();
  host.open(menuDialog(host, {
    title: L.keys.cancel,
    items: [
      { key: '1', label: L.onlyThis, run: one },
      { key: '2', label: L.wholeSeries, run: () => host.open(confirmDialog(host, {
        title: L.wholeSeries, lines: seriesCost(host.view(), row),
        run: () => host.run(() => actions.cancelSeries(seriesId)),
      })) },
    ],
  }));
}

/** Each is cancelled on its own terms. */
function seriesCost({ reservations }: DriverScreenView, { seriesId, currency }: ReservationView): string[] {
  const all = reservations.filter((each) => each.seriesId === seriesId && each.whyNotCancel === null);
  const takenMinor = all.reduce((sum, each) => sum + each.cancelMinor, 0);
  return [`${all.length} ${L.areCancelled}`, `${L.cancelNow} ${formatMoney(takenMinor, currency)}.`];
}

function drawDetail(canvas: Canvas, area: Area, view: DriverScreenView, row: ReservationView | undefined): void {
  rule(canvas, { ...area, height: 1 }, row === undefined ? L.title : `${row.reservationId}`);
  if (row === undefined) return;
  const line = (at: number, text: string, look: Style = PLAIN): void =>
    void put(canvas, area.x + 1, area.y + at, text, look, area.width - 2);
  const site = view.sites.find((each) => each.siteId === row.siteId);
  line(1, `${slotText(row)} (${row.timeZone})  ${placeText(row)}  ${site?.name ?? row.siteId}`, BOLD);
  const open = row.whyNotCheckIn === null && view.nowMs >= row.checkInFromMs;
  line(2, `${L.checkInFrom} ${formatTime(row.checkInFromMs, row.timeZone)} ${L.to} `
    + `${formatTime(row.checkInByMs, row.timeZone)}. ${L.cancelNow} ${costText(row)}.`, open ? WARN : PLAIN);
  const series = view.series.find((each) => each.seriesId === row.seriesId);
  if (series !== undefined) {
    line(3, `${L.every[series.every]}: ${series.made} ${L.of} ${series.times}`
      + (series.missed === 0 ? '' : `, ${series.missed} ${L.missed}`), DIM);
  }
}

/** `2026-11-28 14:00-15:00`, in the site's time. */
export function slotText({ beginsAtMs, endsAtMs, timeZone }: ReservationView): string {
  return `${formatDateTime(beginsAtMs, timeZone).slice(0, 16)}-${formatTime(endsAtMs, timeZone)}`;
}

function placeText({ pointId, connectorNo }: ReservationView): string {
  return `${pointId}/${connectorNo}`;
}

function beginsText({ beginsAtMs, endsAtMs }: ReservationView, nowMs: number): string {
  if (beginsAtMs > nowMs) return `${L.inTime} ${age(beginsAtMs - nowMs)}`;
  return `${age(Math.max(0, endsAtMs - nowMs))} ${L.left}`;
}

/** When she has to be there; done is done. */
function checkInText({ state, checkInFromMs, checkInByMs, timeZone }: ReservationView): string {
  if (state === 'booked' || state === 'active') {
    return `${formatTime(checkInFromMs, timeZone)}-${formatTime(checkInByMs, timeZone)}`;
  }
  return state === 'checked-in' ? L.done : '';
}

/** `25 % = 1.00 EUR`. */
function costText({ cancelPercent, cancelMinor, currency }: ReservationView): string {
  return cancelMinor === 0 ? L.nothingTaken : `${cancelPercent} % = ${formatMoney(cancelMinor, currency)}`;
}

function stateStyle({ state }: ReservationView): Style {
  return state === 'active' ? WARN : state === 'checked-in' ? GOOD : PLAIN;
}
