// Every operation of the API.
import type { Operation } from './operation.ts';
import { ACCOUNT_OPERATIONS } from './routes/account.ts';
import { AUTH_OPERATIONS } from './routes/auth.ts';
import { BELONGING_OPERATIONS } from './routes/belongings.ts';
import { CLAIM_OPERATIONS } from './routes/claims.ts';
import { DEBT_OPERATIONS } from './routes/debts.ts';
import { FIGURE_OPERATIONS } from './routes/figures.ts';
import { FORECAST_OPERATIONS } from './routes/forecast.ts';
import { GROUP_INVOICE_OPERATIONS } from './routes/group-invoices.ts';
import { GROUP_TARIFF_OPERATIONS } from './routes/group-tariffs.ts';
import { ME_OPERATIONS } from './routes/me.ts';
import { NETWORK_OPERATIONS } from './routes/network.ts';
import { NOTIFICATION_OPERATIONS } from './routes/notifications.ts';
import { PAYMENT_OPERATIONS } from './routes/payments.ts';
import { EXCHANGE_RATE_OPERATIONS } from './routes/exchange-rates.ts';
import { OWN_ACCOUNT_OPERATIONS } from './routes/own-account.ts';
import { PEOPLE_OPERATIONS } from './routes/people.ts';
import { POINT_OPERATIONS } from './routes/points.ts';
import { PRICE_OPERATIONS } from './routes/prices.ts';
import { PRICE_SERIES_OPERATIONS } from './routes/price-series.ts';
import { REGISTRY_OPERATIONS } from './routes/registry.ts';
import { RESERVATION_OPERATIONS } from './routes/reservations.ts';
import { SUBSCRIPTION_OPERATIONS } from './routes/subscriptions.ts';
import { SESSION_OPERATIONS } from './routes/sessions.ts';
import { BOOK_OPERATIONS } from './routes/books.ts';
import { GROUP_OPERATIONS } from './routes/groups.ts';
import { INVOICE_OPERATIONS } from './routes/invoices.ts';
import { SECOND_FACTOR_OPERATIONS } from './routes/second-factor.ts';
import { TOPIC_OPERATIONS } from './routes/topics.ts';
import { STATEMENT_OPERATIONS } from './routes/statements.ts';
import { WALLET_OPERATIONS } from './routes/wallets.ts';

export const OPERATIONS: readonly Operation[] = [
  ...AUTH_OPERATIONS, ...ME_OPERATIONS, ...POINT_OPERATIONS, ...REGISTRY_OPERATIONS, ...SESSION_OPERATIONS,
  ...GROUP_INVOICE_OPERATIONS, ...NETWORK_OPERATIONS, ...GROUP_TARIFF_OPERATIONS, ...PRICE_SERIES_OPERATIONS,
  ...GROUP_OPERATIONS, ...WALLET_OPERATIONS, ...STATEMENT_OPERATIONS,
  ...INVOICE_OPERATIONS, ...BOOK_OPERATIONS, ...SECOND_FACTOR_OPERATIONS,
  ...TOPIC_OPERATIONS, ...PRICE_OPERATIONS, ...PAYMENT_OPERATIONS, ...EXCHANGE_RATE_OPERATIONS,
  ...ACCOUNT_OPERATIONS, ...OWN_ACCOUNT_OPERATIONS, ...BELONGING_OPERATIONS, ...PEOPLE_OPERATIONS,
  ...CLAIM_OPERATIONS, ...SUBSCRIPTION_OPERATIONS, ...DEBT_OPERATIONS, ...FIGURE_OPERATIONS, ...FORECAST_OPERATIONS,
  ...NOTIFICATION_OPERATIONS, ...RESERVATION_OPERATIONS,
];
