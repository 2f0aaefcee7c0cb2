// Exchange rates by the day: a wallet pays a tariff in another currency by the rate of the day on which it begins.
import { z } from 'zod';
import { currencySchema } from '../../../shared/money.ts';
import { exchangeRateSchema, exchangeRatesSchema } from '../../../shared/messages/exchange-rate.ts';
import { listOperation } from '../lists.ts';
import { named, type Operation } from '../operation.ts';
import { orderOperation } from '../order-operation.ts';

const example = { base: 'EUR', quote: 'CHF', date: '2026-11-27', rate: '0.9312' };

export const EXCHANGE_RATE_OPERATIONS: readonly Operation[] = [
  listOperation({
    id: 'listExchangeRates', path: '/api/v1/exchange-rates', tag: 'tariffs', permission: 'registry:read',
    summary: 'Exchange rates by the day, the newest first', what: 'exchange-rates',
    item: named('ExchangeRate', exchangeRateSchema, example),
    filters: { base: currencySchema.optional(), quote: currencySchema.optional(), date: z.iso.date().optional() },
  }),
  orderOperation({
    id: 'putExchangeRates', path: '/api/v1/exchange-rates', tag: 'tariffs', permission: 'registry:write',
    params: z.strictObject({}), exampleParams: {}, summary: 'Takes exchange rates in',
    description: 'One of the same day and currencies is replaced. A charge that has begun keeps the rate that it took.',
    body: named('ExchangeRates', z.strictObject({ rates: exchangeRatesSchema }), { rates: [example] }),
    order: (_params, { rates }) => ({ kind: 'put-exchange-rates', rates }),
  }),
];
