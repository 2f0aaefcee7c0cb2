import { z } from 'zod';
import { defineFrame } from './message.ts';

/** The lists that can be asked for; the core's table of permissions says by whom. */
export const QUERIES = [
  'points', 'sites', 'estimate', 'my-sessions', 'my-notices', 'my-tickets', 'my-invoices', 'my-invoice-tickets',
  'my-payments',
  'sessions', 'queue', 'events', 'drivers', 'dead-letters', 'audit', 'users', 'tariffs', 'tickets', 'commands',
  'ledger', 'groups', 'status', 'second-factors', 'group-tariffs', 'price-series', 'exchange-rates',
  'invoices', 'invoice-tickets', 'billing-details', 'payments', 'people', 'vehicles', 'tokens', 'mails',
  'claims', 'my-claims', 'claim-terms',
  'plans', 'subscriptions', 'my-subscriptions',
  'debts', 'my-debts', 'figures', 'my-figures',
  'notification-contacts', 'my-notification-preferences',
  'reservations', 'my-reservations', 'reservation-series', 'my-reservation-series', 'free-slots', 'calendar',
] as const;

export const query = defineFrame({
  type: 'query',
  channel: 'driver→central',
  key: 'link',
  delivery: 'one frame, acknowledged; an answer names it in `re`',
  summary: 'Asks for one page of a list. Which lists there are depends on the role; see `QUERIES`.',
  fields: {
    what: z.enum(QUERIES),
    filter: z.record(z.string(), z.union([z.string(), z.number()])),
    /** The cursor that the page before ended with; null: the first page. */
    after: z.string().nullable(),
    limit: z.int().min(1).max(500),
  },
  example: {
    what: 'points', filter: { siteId: 'ALC' }, after: null, limit: 100,
  },
});
export type Query = z.infer<typeof query.schema>;
