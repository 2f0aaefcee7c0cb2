// Wallets of users and groups: what is on them, and what is moved by hand.
import { z } from 'zod';
import { accountSchema, walletSchema } from '../../../shared/account.ts';
import { ticketIdSchema } from '../../../shared/ids.ts';
import { amountMinorSchema, noteSchema } from '../../../shared/messages/values.ts';
import { currencySchema } from '../../../shared/money.ts';
import { named, operation, type Operation } from '../operation.ts';
import { orderOperation } from '../order-operation.ts';
import { groupParams, type Owner, userParams, WALLET_OWNERS } from '../wallet-owner.ts';

const walletRow = named('Wallet', z.object({
  account: accountSchema, currency: currencySchema, balanceMinor: amountMinorSchema,
  heldMinor: amountMinorSchema.describe('for charges that are under way'),
  freeMinor: amountMinorSchema.describe('what the next charge may cost'),
}), { account: 'wallet:user:ana', currency: 'EUR', balanceMinor: 5_000, heldMinor: 2_000, freeMinor: 3_000 });

const bookingShape = {
  amountMinor: amountMinorSchema.min(-1_000_000_000_000).max(1_000_000_000_000)
    .refine((amount) => amount !== 0, 'must not be 0'),
  reason: noteSchema.min(1),
  as: z.enum(['top-up', 'adjustment', 'opening']).optional()
    .describe('without it what is positive is a top-up, what is negative an adjustment'),
};
const bookingExample = { amountMinor: 5_000, reason: 'cash', as: 'top-up' };

export const WALLET_OPERATIONS: readonly Operation[] = [
  ...WALLET_OWNERS.map(({ noun, path, tag, permission, params, exampleParams, owner }): Operation => operation({
    id: `get${noun}Wallet`, method: 'GET', path: `${path}/wallet`, tag, permission, params, exampleParams,
    summary: 'What is on a wallet, what is held, and what is free',
    success: { status: 200, what: 'The wallet.', body: walletRow },
    handle: (ask, api) => ({ status: 200, body: shownWallet(owner(ask, api)) }),
  })),
  orderOperation({
    id: 'bookOnAccount', path: '/api/v1/users/{userId}/bookings', tag: 'users', permission: 'money:write',
    params: userParams, exampleParams: { userId: 'ana' }, summary: 'Books an amount on the wallet of a user',
    body: named('Booking', z.strictObject(bookingShape), bookingExample),
    order: ({ userId }, { amountMinor, reason, as }) => ({ kind: 'book', userId, amountMinor, reason, as }),
  }),
  orderOperation({
    id: 'bookOnGroup', path: '/api/v1/groups/{groupId}/bookings', tag: 'groups', permission: 'money:write',
    params: groupParams, exampleParams: { groupId: 'fleet' }, summary: 'Books an amount on the wallet of a group',
    body: named('GroupBooking', z.strictObject(bookingShape), bookingExample),
    order: ({ groupId }, { amountMinor, reason, as }) => ({ kind: 'book-group', groupId, amountMinor, reason, as }),
  }),
  orderOperation({
    id: 'transfer', path: '/api/v1/transfers', tag: 'money', permission: 'money:write', params: z.strictObject({}),
    exampleParams: {}, summary: 'Moves money from one wallet to another',
    body: named('Transfer', z.strictObject({
      from: walletSchema.describe('such as wallet:user:ana or wallet:group:fleet'), to: walletSchema,
      amountMinor: amountMinorSchema.positive().max(1_000_000_000_000), reason: noteSchema.min(1),
    }), { from: 'wallet:user:ana', to: 'wallet:group:fleet', amountMinor: 1_000, reason: 'share' }),
    order: (_none, body) => ({ kind: 'transfer', ...body }),
  }),
  orderOperation({
    id: 'refundTicket', path: '/api/v1/tickets/{ticketId}/refunds', tag: 'money', permission: 'money:refund',
    params: z.strictObject({ ticketId: ticketIdSchema }), exampleParams: { ticketId: 'k7f2-120' },
    summary: 'Gives a ticket back to the wallet that paid it',
    body: named('Refund', z.strictObject({
      amountMinor: amountMinorSchema.positive().nullable().default(null).describe('null: all that is left of it'),
      reason: noteSchema.min(1),
    }), { amountMinor: 250, reason: 'cable fault' }),
    order: ({ ticketId }, body) => ({ kind: 'refund-ticket', ticketId, ...body }),
  }),
];

function shownWallet({ account, currency, balanceMinor, heldMinor }: Owner): object {
  return { account, currency, balanceMinor, heldMinor, freeMinor: balanceMinor - heldMinor };
}
