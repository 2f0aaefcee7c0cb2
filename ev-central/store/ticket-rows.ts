// The columns of tickets.
import type { Priced } from '../../shared/messages/exchange-rate.ts';
import type { Ticket } from '../../shared/messages/values.ts';
import { defineCodec, json, nullable, type RowCodec, text, whole } from './columns.ts';

type StoredTicket = Omit<Ticket, 'priced'> & { readonly priced: Priced | null };
const storedTickets = defineCodec<StoredTicket>({
  table: 'tickets', key: ['ticketId'],
  fields: {
    ticketId: text(), sessionId: text(), kind: text(), corrects: nullable(text()), driverId: text(), siteId: text(),
    pointId: text(), connectorNo: whole(), tariffId: text(), startedAtMs: whole(), endedAtMs: whole(),
    issuedAtMs: whole(), meterStartWh: whole(), meterStopWh: whole(), energyWh: whole(), endReason: text(),
    lines: json(), currency: text(), totalMinor: whole(), vat: json(), flags: json(),
    priced: nullable(json()),
  },
});

/** A ticket in its tariff's own currency says nothing of another one. */
export const ticketRows: RowCodec<Ticket> = {
  ...storedTickets,
  encode: ({ priced = null, ...row }) => storedTickets.encode({ ...row, priced }),
  decode(record) {
    const { priced, ...row } = storedTickets.decode(record);
    return priced === null ? row : { ...row, priced };
  },
};
