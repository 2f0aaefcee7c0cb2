// Every operation of the API.
import type { Operation } from './operation.ts';
import { AUTH_OPERATIONS } from './routes/auth.ts';
import { GROUP_INVOICE_OPERATIONS } from './routes/group-invoices.ts';
import { ME_OPERATIONS } from './routes/me.ts';
import { NETWORK_OPERATIONS } from './routes/network.ts';
import { EXCHANGE_RATE_OPERATIONS } from './routes/exchange-rates.ts';
import { GROUP_TARIFF_OPERATIONS } from './routes/group-tariffs.ts';
import { POINT_OPERATIONS } from './routes/points.ts';
import { PRICE_SERIES_OPERATIONS } from './routes/price-series.ts';
import { REGISTRY_OPERATIONS } from './routes/registry.ts';
import { SUBSCRIPTION_OPERATIONS } from './routes/subscriptions.ts';
import { SESSION_OPERATIONS } from './routes/sessions.ts';

export const OPERATIONS: readonly Operation[] = [
  ...AUTH_OPERATIONS, ...ME_OPERATIONS, ...POINT_OPERATIONS, ...REGISTRY_OPERATIONS, ...SESSION_OPERATIONS,
  ...GROUP_INVOICE_OPERATIONS,
  ...NETWORK_OPERATIONS, ...GROUP_TARIFF_OPERATIONS, ...PRICE_SERIES_OPERATIONS,
  ...EXCHANGE_RATE_OPERATIONS, ...SUBSCRIPTION_OPERATIONS,
];
