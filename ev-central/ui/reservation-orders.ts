// What an operator orders about a reservation: cancel it, on its terms or for nothing, and check its driver in.
import type { Order } from '../../shared/messages/orders.ts';
import type { Reservation } from '../../shared/messages/reservation.ts';
import { formatMoney } from '../../shared/money.ts';
import { cancelPercent, partOfFee } from '../../shared/reservation-fee.ts';
import { RESERVATION_TABLE } from '../../shared/reservation-states.ts';
import { formDialog, type FormField, type FormValues } from '../../shared/screen/form.ts';
import type { KeyBinding } from '../../shared/screen/host.ts';
import { CENTRAL_LABELS } from './labels.ts';
import type { Desk } from './orders.ts';

const L = CENTRAL_LABELS.calendar;

export function reservationKeys(desk: Desk, row: Reservation | undefined): readonly KeyBinding[] {
  return [
    { key: 'x', label: L.keys.cancel, whyNot: whyNotCancel(desk, row), run: () => {
      if (row !== undefined) openCancel(desk, row);
    } },
    { key: 'i', label: L.keys.checkIn, whyNot: whyNotCheckIn(desk, row), run: () => {
      if (row === undefined) return;
      desk.host.run(() => desk.actions.order({ kind: 'check-in', reservationId: row.reservationId }));
    } },
  ];
}

function whyNotCancel({ actions }: Desk, row: Reservation | undefined): string | null {
  if (row === undefined) return CENTRAL_LABELS.nothingSelected;
  if (!RESERVATION_TABLE[row.state].mayCancel || row.sessionId !== null) return `${L.itIs} ${L.state[row.state]}`;
  return actions.whyNot({ kind: 'cancel-reservation', reservationId: row.reservationId, free: true, note: '' });
}

/** Whether the window is open the core says: it may open in this very second. */
function whyNotCheckIn({ actions }: Desk, row: Reservation | undefined): string | null {
  if (row === undefined) return CENTRAL_LABELS.nothingSelected;
  if (row.state !== 'booked' && !RESERVATION_TABLE[row.state].mayCheckIn) return `${L.itIs} ${L.state[row.state]}`;
  return actions.whyNot({ kind: 'check-in', reservationId: row.reservationId });
}

/** What its terms take is said beside the choice to take nothing. */
function openCancel(desk: Desk, row: Reservation): void {
  const percent = cancelPercent(row.terms, row.beginsAtMs - desk.host.view().nowMs);
  const taken = `${percent} % = ${formatMoney(partOfFee(row.feeMinor, percent), row.currency)}`;
  const which: FormField[] = row.seriesId === null ? [] : [{
    kind: 'choice', name: 'which', label: L.which,
    options: [{ value: 'one', label: L.onlyThis }, { value: 'series', label: `${L.wholeSeries} ${row.seriesId}` }],
  }];
  desk.host.open(formDialog(desk.host, {
    title: `${L.keys.cancel} ${row.reservationId}`,
    intro: () => [`${row.userId}, ${row.pointId}/${row.connectorNo}. ${L.told}`],
    fields: [
      ...which,
      { kind: 'choice', name: 'fee', label: L.takes, options: [
        { value: 'terms', label: `${L.byTerms} ${taken}` }, { value: 'free', label: L.nothing },
      ] },
      { kind: 'text', name: 'note', label: CENTRAL_LABELS.form.note, hint: L.noteHint, maxLength: 500 },
    ],
    shows: (name, values) => name !== 'fee' || values['which'] !== 'series',
    submit: CENTRAL_LABELS.form.give,
    onSubmit(values) {
      desk.host.run(() => desk.actions.order(cancelOrder(row, values)));
      return null;
    },
  }));
}

/** Of a recurring one each is cancelled on its own terms. */
function cancelOrder({ reservationId, seriesId }: Reservation, values: FormValues): Order {
  const note = (values['note'] ?? '').trim();
  if (seriesId !== null && values['which'] === 'series') return { kind: 'cancel-reservation-series', seriesId, note };
  return { kind: 'cancel-reservation', reservationId, free: values['fee'] === 'free', note };
}
