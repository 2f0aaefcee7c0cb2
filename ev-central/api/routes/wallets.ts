// Wallets of users and groups: what is on them, what is moved by hand, and a month of one as a statement.
import { z } from 'zod';
import { type Account, accountSchema, groupWallet, userWallet, walletSchema } from '../../../shared/account.ts';
import { groupIdSchema, ticketIdSchema, userIdSchema } from '../../../shared/ids.ts';
import { amountMinorSchema, noteSchema } from '../../../shared/messages/values.ts';
import { type Currency, currencySchema } from '../../../shared/money.ts';
import { isZone, monthBounds } from '../../../shared/zone.ts';
import { callerIn } from '../asking.ts';
import { type Answer, type Api, type Ask, named, operation, type Operation } from '../operation.ts';
import { orderOperation } from '../order-operation.ts';
import { momentSchema, outside, outsideSchema } from '../outside.ts';
import type { Permission } from '../permission.ts';
import { Problem } from '../problem.ts';

const AT = '2026-11-21T05:20:00.000Z';
const userParams = z.strictObject({ userId: userIdSchema });
const groupParams = z.strictObject({ groupId: groupIdSchema });

const walletRow = named('Wallet', z.object({
  account: accountSchema, currency: currencySchema, balanceMinor: amountMinorSchema,
  heldMinor: amountMinorSchema.describe('for charges that are under way'),
  freeMinor: amountMinorSchema.describe('what the next charge may cost'),
}), { account: 'wallet:user:ana', currency: 'EUR', balanceMinor: 5_000, heldMinor: 2_000, freeMinor: 3_000 });

const lineSchema = outsideSchema(z.looseObject({
  movementId: z.int(), atMs: z.int(), kind: z.string(), reason: z.string(), by: z.string(),
  amountMinor: z.int().describe('negative: it was given'), balanceMinor: z.int().describe('afterwards'),
  against: z.array(z.string()).describe('the accounts at the other end'),
}));
const statementSchema = named('Statement', z.object({
  account: accountSchema, month: z.string(), timeZone: z.string(), from: momentSchema, until: momentSchema,
  statements: z.array(z.object({
    currency: currencySchema, openingMinor: z.int(), lines: z.array(lineSchema), closingMinor: z.int(),
  })).describe('one for each currency; none: nothing was there and nothing happened'),
}), {
  account: 'wallet:user:ana', month: '2026-11', timeZone: 'UTC', from: AT, until: AT,
  statements: [{
    currency: 'EUR', openingMinor: 0, closingMinor: 5_000,
    lines: [{
      movementId: 12, at: AT, kind: 'top-up', reason: 'cash', by: 'olga', amountMinor: 5_000, balanceMinor: 5_000,
      against: ['cash'], sessionId: null, ticketId: null,
    }],
  }],
});
const statementQuery = z.strictObject({
  zone: z.string().min(1).max(60).refine(isZone, 'must be an IANA time zone such as Europe/Madrid').default('UTC')
    .describe('the time zone in which the month begins'),
});
const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a month such as 2026-11');

const bookingShape = {
  amountMinor: amountMinorSchema.min(-1_000_000_000_000).max(1_000_000_000_000)
    .refine((amount) => amount !== 0, 'must not be 0'),
  reason: noteSchema.min(1),
  as: z.enum(['top-up', 'adjustment', 'opening']).optional()
    .describe('without it what is positive is a top-up, what is negative an adjustment'),
};
const bookingExample = { amountMinor: 5_000, reason: 'cash', as: 'top-up' };

type Owner = { account: Account; balanceMinor: number; heldMinor: number; currency: Currency };
type AnyAsk = Ask<unknown, unknown, unknown>;

const OWNERS = [
  {
    noun: 'User', path: '/api/v1/users/{userId}', tag: 'users', permission: 'money:read', params: userParams,
    exampleParams: { userId: 'ana' },
    owner: (ask: AnyAsk, { state }: Api) => {
      const { userId } = ask.params as z.output<typeof userParams>;
      const user = state.users.get(userId);
      if (user === undefined) throw new Problem('not-found', `There is no user ${userId}.`);
      return { ...user, account: userWallet(userId) };
    },
  },
  {
    noun: 'Group', path: '/api/v1/groups/{groupId}', tag: 'groups', permission: 'groups:read', params: groupParams,
    exampleParams: { groupId: 'fleet' },
    owner: (ask: AnyAsk, { state }: Api) => {
      const { groupId } = ask.params as z.output<typeof groupParams>;
      const group = state.groups.get(groupId);
      if (group === undefined) throw new Problem('not-found', `There is no group ${groupId}.`);
      return { ...group, account: groupWallet(groupId) };
    },
  },
  {
    noun: 'My', path: '/api/v1/me', tag: 'me', permission: 'self:read', params: z.strictObject({}), exampleParams: {},
    owner: (ask: AnyAsk, { state }: Api) => {
      const { userId } = callerIn(ask);
      return { ...state.users.must(userId), account: userWallet(userId) };
    },
  },
] as const satisfies readonly {
  noun: string; path: string; tag: 'users' | 'groups' | 'me'; permission: Permission; params: z.ZodObject;
  exampleParams: Readonly<Record<string, string>>; owner: (ask: AnyAsk, api: Api) => Owner;
}[];

export const WALLET_OPERATIONS: readonly Operation[] = [
  ...OWNERS.flatMap(({ noun, path, tag, permission, params, exampleParams, owner }): Operation[] => [
    operation({
      id: `get${noun}Wallet`, method: 'GET', path: `${path}/wallet`, tag, permission, params, exampleParams,
      summary: 'What is on a wallet, what is held, and what is free',
      success: { status: 200, what: 'The wallet.', body: walletRow },
      handle: (ask, api) => ({ status: 200, body: shownWallet(owner(ask, api)) }),
    }),
    operation({
      id: `get${noun}Statement`, method: 'GET', path: `${path}/statements/{month}`, tag, permission,
      params: params.extend({ month }), exampleParams: { ...exampleParams, month: '2026-11' }, query: statementQuery,
      summary: 'A month of a wallet: what was on it before, each movement, what is on it afterwards',
      success: { status: 200, what: 'The statement.', body: statementSchema },
      handle: (ask, api) => statementOf(api, owner(ask, api).account, {
        month: String((ask.params as Record<string, unknown>)['month']), timeZone: ask.query.zone,
      }),
    }),
  ]),
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

function statementOf(api: Api, account: Account, { month: of, timeZone }: { month: string; timeZone: string }): Answer {
  const span = monthBounds(timeZone, of);
  if (span === undefined) throw new Problem('bad-request', 'There is no such month.');
  return {
    status: 200,
    body: {
      account, month: of, timeZone, from: new Date(span.startMs).toISOString(),
      until: new Date(span.endMs).toISOString(), statements: api.tools.statement(account, span).map(outside),
    },
  };
}
