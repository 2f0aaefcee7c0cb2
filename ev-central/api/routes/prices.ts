// What any session would cost under any OCPI tariff. Nothing is stored.
import { z } from 'zod';
import { ocpiTariffSchema } from '../../../shared/messages/ocpi-tariff.ts';
import { pricedSession, pricedSessionSchema } from '../../core/tariff/priced-session.ts';
import { named, operation, type Operation } from '../operation.ts';

const FROM = '2026-12-24T17:00:00.000Z';
const UNTIL = '2026-12-24T18:00:00.000Z';

const body = named('PriceQuestion', z.strictObject({ tariff: ocpiTariffSchema, session: pricedSessionSchema }), {
  tariff: {
    currency: 'EUR',
    elements: [{ price_components: [{ type: 'ENERGY', price: 0.42, vat: 21, step_size: 1 }] }],
  },
  session: {
    timeZone: 'Europe/Madrid', start: '2026-12-24T18:00:00+01:00',
    periods: [{ type: 'charging', minutes: 60, kWh: 10 }],
  },
});
const amounts = { amountExclVat: z.string(), amountInclVat: z.string() };
const report = named('PriceReport', z.object({
  currency: z.string(), totalExclVat: z.string().describe('in the major unit'), totalInclVat: z.string(),
  lines: z.array(z.looseObject({ type: z.string(), ...amounts })),
  notes: z.array(z.string()).describe('what a person should know'),
}), {
  currency: 'EUR', totalExclVat: '4.20', totalInclVat: '5.08', notes: [],
  lines: [{
    type: 'ENERGY', reservation: false, element: 0, quantity: '10', billed: '10', unit: 'kWh', per: 'kWh',
    unitPrice: '0.42', vat: '21', amountExclVat: '4.2', amountInclVat: '5.082', from: FROM, to: UNTIL,
  }],
});

export const PRICE_OPERATIONS: readonly Operation[] = [
  operation({
    id: 'priceSession', method: 'POST', path: '/api/v1/prices', tag: 'tariffs', permission: 'registry:read',
    summary: 'What a session would cost under an OCPI 2.2.1 tariff', body, reckons: true,
    description: 'Price series that the tariff names are those of this network.',
    success: { status: 200, what: 'The price, line by line.', body: report },
    handle: ({ body: { tariff, session } }, api) =>
      ({ status: 200, body: api.tools.price(tariff, pricedSession(session)) }),
  }),
];
