// The columns of reservations and of recurring ones.
import type { Reservation, ReservationSeries } from '../../shared/messages/reservation.ts';
import { defineCodec, flag, json, nullable, text, whole } from './columns.ts';

export const reservations = defineCodec<Reservation>({
  table: 'reservations', key: ['reservationId'],
  fields: {
    reservationId: text(), seriesId: nullable(text()), fleetId: nullable(text()), userId: text(), payer: text(),
    siteId: text(), pointId: text(), connectorNo: whole(), beginsAtMs: whole(), endsAtMs: whole(), state: text(),
    stateSinceMs: whole(),
    bookedAtMs: whole(), currency: text(), feeMinor: whole(), holdMinor: whole(), takenMinor: whole(),
    ticketId: nullable(text()), sessionId: nullable(text()), terms: json(), tariff: text(), timeZone: text(),
    reminded: flag(), begun: flag(), dueMs: nullable(whole()), why: text(),
  },
});

export const reservationSeries = defineCodec<ReservationSeries>({
  table: 'reservation_series', key: ['seriesId'],
  fields: {
    seriesId: text(), userId: text(), siteId: text(), pointId: text(), connectorNo: whole(), beginsAtMs: whole(),
    endsAtMs: whole(), repeat: json(), timeZone: text(), state: text(), made: whole(), missed: json(),
    dueMs: whole(),
  },
});
