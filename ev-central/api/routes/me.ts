// What is the caller's own.
import { z } from 'zod';
import { sessionIdSchema } from '../../../shared/ids.ts';
import { sessionStateSchema } from '../../../shared/messages/values.ts';
import { callerIn } from '../asking.ts';
import { listOperation, pagingShape, readPage, sinceUntilShape } from '../lists.ts';
import { operation, type Operation } from '../operation.ts';
import { outside } from '../outside.ts';
import { mayDo, PERMISSION_NAMES } from '../permission.ts';
import { Problem } from '../problem.ts';
import {
  ledgerSchema, meSchema, noticeRowSchema, pageOf, sessionSchema, ticketRowSchema,
} from '../schemas.ts';

export const ME_OPERATIONS: readonly Operation[] = [
  operation({
    id: 'me', method: 'GET', path: '/api/v1/me', tag: 'me', summary: 'Your account: balance, holds, limits, charges',
    permission: 'self:read', success: { status: 200, what: 'The account.', body: meSchema },
    handle(ask, { state }) {
      const caller = callerIn(ask);
      const user = state.users.get(caller.userId);
      if (user === undefined) throw new Problem('not-found', 'Your account was removed.');
      const permissions = PERMISSION_NAMES.filter((each) => mayDo(user.role, each)
        && (caller.scopes === null || caller.scopes.includes(each)));
      return {
        status: 200,
        body: {
          userId: user.userId, role: user.role, currency: user.currency, balanceMinor: user.balanceMinor,
          heldMinor: user.heldMinor, limits: user.limits,
          openSessions: [...state.sessionIndex.ofDriver(user.userId)], lastNotice: user.noticeNumber, permissions,
        },
      };
    },
  }),
  listOperation({
    id: 'mySessions', path: '/api/v1/me/sessions', tag: 'me', summary: 'Your charges, newest first',
    permission: 'self:read', what: 'my-sessions', item: sessionSchema,
    filters: {
      state: sessionStateSchema.optional(), open: z.stringbool().optional(), ...sinceUntilShape,
    },
  }),
  listOperation({
    id: 'myTickets', path: '/api/v1/me/tickets', tag: 'me', summary: 'Your tickets, newest first',
    permission: 'self:read', what: 'my-tickets', item: ticketRowSchema,
    filters: { sessionId: sessionIdSchema.optional(), ...sinceUntilShape },
  }),
  operation({
    id: 'myNotices', method: 'GET', path: '/api/v1/me/notices', tag: 'me', summary: 'Your notices',
    description: 'Newest first; with `after`, those behind that number, in order: what a client has missed.',
    permission: 'self:read',
    query: z.strictObject({
      ...pagingShape, after: z.coerce.number().int().min(0).optional().describe('the last number that you have'),
    }),
    reads: ['my-notices'], success: { status: 200, what: 'A page.', body: pageOf(noticeRowSchema) },
    handle(ask, api) {
      const { after, ...paging } = ask.query;
      if (after === undefined) return readPage(api, ask, 'my-notices', paging);
      const items = api.noticesAfter(callerIn(ask).userId, after, paging.limit).map(outside);
      return { status: 200, body: { items, next: null } };
    },
  }),
  operation({
    id: 'myLedger', method: 'GET', path: '/api/v1/me/ledger', tag: 'me', summary: 'What was booked on your account',
    permission: 'self:read', query: z.strictObject({ ...sinceUntilShape, ...pagingShape }), reads: ['ledger'],
    success: { status: 200, what: 'A page.', body: pageOf(ledgerSchema) },
    handle(ask, api) {
      const { userId } = callerIn(ask);
      // The list is one of operators; here it is bound to the caller.
      const caller = { ...callerIn(ask), role: 'operator' as const };
      return readPage(api, { caller }, 'ledger', { ...ask.query, userId });
    },
  }),
];
