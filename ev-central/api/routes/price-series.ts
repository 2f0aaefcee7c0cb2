// Prices per hour, in versions, that tariffs name.
import { z } from 'zod';
import { seriesIdSchema } from '../../../shared/ids.ts';
import { currencySchema } from '../../../shared/money.ts';
import { hourPriceSchema } from '../../../shared/messages/price-series.ts';
import { LIMITS } from '../../../shared/limits.ts';
import { atMsSchema } from '../../../shared/messages/values.ts';
import { listOperation } from '../lists.ts';
import { named, type Operation } from '../operation.ts';
import { orderOperation } from '../order-operation.ts';
import { outside, outsideSchema } from '../outside.ts';

const params = z.strictObject({ seriesId: seriesIdSchema });
const exampleParams = { seriesId: 'spot' };
const PATH = '/api/v1/price-series/{seriesId}';
const FROM_MS = 1_764_201_600_000;

const series = named('PriceSeries', outsideSchema(z.object({
  seriesId: seriesIdSchema, version: z.int().positive(), putAtMs: atMsSchema, currency: currencySchema,
  beginsAtMs: atMsSchema.nullable(), endsAtMs: atMsSchema.nullable(), hours: z.int().nonnegative(),
  runs: z.array(z.object({ beginsAtMs: atMsSchema, prices: z.array(z.string()) }))
    .describe('hour after hour from `beginsAt` on; between two runs no price is known'),
})), outside({
  seriesId: 'spot', version: 3, putAtMs: FROM_MS, currency: 'EUR', beginsAtMs: FROM_MS,
  endsAtMs: FROM_MS + 7_200_000, hours: 2, runs: [{ beginsAtMs: FROM_MS, prices: ['0.08123', '-0.00217'] }],
}));

export const PRICE_SERIES_OPERATIONS: readonly Operation[] = [
  listOperation({
    id: 'listPriceSeries', path: '/api/v1/price-series', tag: 'tariffs', permission: 'registry:read',
    summary: 'Price series, with the hours of their newest versions', what: 'price-series', item: series,
    filters: { seriesId: seriesIdSchema.optional() },
  }),
  orderOperation({
    id: 'putPriceSeries', path: `${PATH}/hours`, tag: 'tariffs', permission: 'registry:write', params, exampleParams,
    summary: 'Puts prices of hours: the next version of the series',
    description: 'Hours of before that are still to come stay, unless new ones replace them. A charge that has begun '
      + 'keeps its version.',
    body: named('PriceSeriesHours', z.strictObject({
      currency: currencySchema,
      from: z.iso.datetime({ offset: true }).describe('when the first hour begins; a whole minute')
        .refine(isWholeMinute, 'must be a whole minute after 1970'),
      prices: z.array(hourPriceSchema).min(1).max(LIMITS.seriesHours)
        .describe('of a kWh without VAT, as decimal text, hour after hour'),
    }), { currency: 'EUR', from: new Date(FROM_MS).toISOString(), prices: ['0.08123', '-0.00217'] }),
    order: ({ seriesId }, { currency, from, prices }) =>
      ({ kind: 'put-price-series', hours: { seriesId, currency, fromMs: Date.parse(from), prices } }),
  }),
  orderOperation({
    id: 'removePriceSeries', path: `${PATH}/remove`, tag: 'tariffs', permission: 'registry:write', params,
    exampleParams, summary: 'Removes a price series that no tariff names',
    body: named('RemovePriceSeries', z.strictObject({}), {}),
    order: ({ seriesId }) => ({ kind: 'remove-price-series', seriesId }),
  }),
];

function isWholeMinute(text: string): boolean {
  const atMs = Date.parse(text);
  return atMs >= 0 && atMs % 60_000 === 0;
}
