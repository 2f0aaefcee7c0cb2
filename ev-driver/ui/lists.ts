// The driver's two lists: points on offer (free ones first), and the history with its tickets.
import { formatMoney } from '../../shared/money.ts';
import { calendarDate, clockTime, dateAndTime, energy, ratedPower } from '../../shared/screen/format.ts';
import type { Host, Page } from '../../shared/screen/host.ts';
import { drawMessages, statusStyle } from '../../shared/screen/panels.ts';
import { WARN } from '../../shared/screen/style.ts';
import { createTable } from '../../shared/screen/table.ts';
import { putRight } from '../../shared/screen/canvas.ts';
import { STATUS_SYMBOLS, words } from '../../shared/words.ts';
import { priceText, shortPrice } from '../../shared/words/price.ts';
import { bookingForm } from './booking-form.ts';
import { drawChargeLine, openTicket } from './charge-page.ts';
import { DRIVER_LABELS as L } from './labels.ts';
import { requestForm } from './request-form.ts';
import type { DriverActions, DriverScreenView, HistoryView, OfferView } from './view.ts';

export function pointsPage(host: Host<DriverScreenView>, actions: DriverActions): Page<DriverScreenView> {
  const ask = (offer: OfferView | undefined): void => host.open(requestForm(host, actions, offer));
  const askIfPossible = (offer: OfferView): void => {
    const reason = actions.whyNotRequest();
    if (reason === null) ask(offer);
    else host.message(reason, 'warn');
  };
  const c = L.column;
  const table = createTable<OfferView>({
    keyOf: (p) => p.pointId, empty: L.noPoints, onOpen: askIfPossible,
    textOf: (p) =>
      [p.pointId, p.siteId, p.siteName, p.place, words().pointStatus[p.status], p.status, typesOf(p)].join(' '),
    columns: [
      { title: c.point, width: 11, text: (p) => p.pointId },
      { title: c.state, width: 19, style: (p) => statusStyle(p.status),
        text: (p) => `${STATUS_SYMBOLS[p.status]} ${words().pointStatus[p.status]}` },
      { title: c.free, width: 5, right: true, text: (p) => `${p.freeConnectors}/${p.connectors}` },
      { title: c.power, width: 7, right: true, text: (p) => ratedPower(p.maxPowerW) },
      { title: c.price, width: 13, right: true, text: (p) => shortPrice(p.price, p.currency, words().price) },
      { title: c.waiting, width: 4, right: true, text: (p) => (p.waiting === 0 ? '' : String(p.waiting)) },
      { title: c.far, width: 7, right: true, from: 95, text: (p) => distance(p.distanceM) },
      { title: c.type, width: 14, from: 110, text: typesOf },
      { title: c.prices, width: 36, from: 150, text: (p) => `${p.currency} ${priceText(p.price, words().price)}` },
      { title: c.place, width: 10, grows: true, text: (p) => `${p.siteName} ${p.place}` },
    ],
  });
  const sorted = freeFirst();
  return {
    id: 'points',
    title: L.points,
    draw(canvas, area, view) {
      const y = drawChargeLine(canvas, area, view);
      const messages = area.height >= 30 ? 8 : 4;
      const height = area.y + area.height - messages - y;
      table.draw(canvas, { ...area, y, height }, sorted(view.points));
      if (view.pointsAtMs !== null && view.central.state !== 'up') {
        putRight(canvas, area.x + area.width - 1, y, ` ${L.asOf} ${clockTime(view.pointsAtMs)}`, WARN);
      }
      drawMessages(canvas, { ...area, y: y + height, height: messages }, view.messages);
    },
    keys: () => [
      { key: 'c', label: L.keys.charge, whyNot: actions.whyNotRequest(), run: () => ask(table.selected()) },
      { key: 'e', label: L.keys.estimate, whyNot: actions.whyNotRequest(), run: () => {
        const offer = table.selected();
        if (offer !== undefined) actions.estimate(offer.pointId);
      } },
      { key: 'r', label: L.reservation.keys.reserve, whyNot: actions.whyNotBook(), run: () => {
        const offer = table.selected();
        const values = offer === undefined ? {} : { site: offer.siteId, point: offer.pointId };
        host.open(bookingForm(host, actions, { values }));
      } },
      { key: '/', label: L.keys.filter, run: () => (table.filter.editing = true) },
      { key: 'f5', label: L.keys.reload, run: () => actions.reload() },
    ],
    onKey: (event) => table.onKey(event),
    onShow: () => actions.reload(),
  };
}

/** Free ones first, then the nearest, then by id. Sorts only when the client gives another list. */
function freeFirst(): (points: readonly OfferView[]) => readonly OfferView[] {
  let from: readonly OfferView[] | null = null;
  let result: readonly OfferView[] = [];
  return (points) => {
    if (points === from) return result;
    from = points;
    const rank = (p: OfferView): number => (p.status === 'Available' ? 0 : p.freeConnectors > 0 ? 1 : 2);
    result = [...points].sort((a, b) => rank(a) - rank(b) || (a.distanceM ?? 0) - (b.distanceM ?? 0)
      || (a.pointId < b.pointId ? -1 : 1));
    return result;
  };
}

function typesOf(offer: OfferView): string {
  return offer.connectorTypes.map((type) => words().connectorType[type]).join(', ');
}

function distance(distanceM: number | null): string {
  if (distanceM === null) return '';
  return distanceM < 1000 ? `${distanceM} m` : `${(distanceM / 1000).toFixed(1)} km`;
}

export function historyPage(host: Host<DriverScreenView>, actions: DriverActions): Page<DriverScreenView> {
  const c = L.column;
  const table = createTable<HistoryView>({
    keyOf: (h) => h.sessionId, empty: L.noHistory, onNearEnd: () => actions.moreHistory(),
    onOpen: (h) => {
      if (h.ticket === null) host.message(L.noTicket, 'warn');
      else openTicket(host, h.ticket);
    },
    textOf: (h) => [h.sessionId, h.pointId ?? '', words().sessionState[h.state], h.why, calendarDate(h.requestedAtMs)]
      .join(' '),
    columns: [
      { title: c.time, width: 19, text: (h) => dateAndTime(h.requestedAtMs) },
      { title: c.point, width: 11, text: (h) => h.pointId ?? '' },
      { title: c.state, width: 11, text: (h) => words().sessionState[h.state] },
      { title: c.energy, width: 10, right: true, text: (h) => energy(h.energyWh) },
      { title: c.amount, width: 10, right: true, text: (h) => formatMoney(h.amountMinor, h.currency) },
      { title: c.why, width: 8, grows: true, text: (h) => h.why },
      { title: c.session, width: 16, from: 110, text: (h) => h.sessionId },
      { title: c.invoice, width: 16, from: 130, text: (h) => h.invoiceNumber },
    ],
  });
  return {
    id: 'history',
    title: L.history,
    draw(canvas, area, view) {
      const y = drawChargeLine(canvas, area, view);
      table.draw(canvas, { ...area, y, height: area.y + area.height - y }, view.history);
    },
    keys: () => {
      const row = table.selected();
      return [
        { key: 't', label: L.keys.ticket, whyNot: (row?.ticket ?? null) === null ? L.noTicket : null,
          run: () => openTicket(host, row?.ticket ?? null) },
        { key: '/', label: L.keys.filter, run: () => (table.filter.editing = true) },
        { key: 'f5', label: L.keys.reload, run: () => actions.reload() },
      ];
    },
    onKey: (event) => table.onKey(event),
    onShow: () => actions.reload(),
  };
}
