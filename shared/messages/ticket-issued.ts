import type { z } from 'zod';
import { requestIdSchema, userIdSchema } from '../ids.ts';
import { defineRecord } from './message.ts';
import { amountMinorSchema, noticeNumberSchema, ticketSchema } from './values.ts';

export const ticketIssued = defineRecord({
  type: 'ticket',
  channel: 'notices',
  key: 'driver',
  delivery: 'stored and numbered per driver; the topic is the fast way',
  summary: 'The ticket of a session; a correction is a second one.',
  fields: {
    /** Counts up per driver, without gaps. */
    number: noticeNumberSchema,
    driverId: userIdSchema,
    requestId: requestIdSchema.nullable(),
    ticket: ticketSchema,
    balanceMinor: amountMinorSchema,
  },
  example: {
    number: 18, driverId: 'ana', requestId: 'r-ana-41',
    ticket: {
      ticketId: 'k7f2-120', sessionId: 'k7f2-99', kind: 'final', corrects: null, driverId: 'ana', siteId: 'ALC',
      pointId: 'ALC-01', connectorNo: 1, tariffId: 'day-night', startedAtMs: 1_763_696_000_000,
      endedAtMs: 1_763_699_999_000, issuedAtMs: 1_763_700_000_000, meterStartWh: 1_204_311, meterStopWh: 1_214_311,
      energyWh: 10_000, endReason: 'energy-reached',
      lines: [{ kind: 'energy', fromMinute: 0, toMinute: 1440, quantity: 10_000, unitPriceMicros: 420_000,
        amountMicros: 4_200_000 }],
      currency: 'EUR', totalMinor: 420, vat: [{ rate: '21', netMinor: 347, vatMinor: 73 }], flags: [],
    },
    balanceMinor: 7_580,
  },
});
export type TicketIssued = z.infer<typeof ticketIssued.schema>;
