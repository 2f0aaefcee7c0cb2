// One's own account: profile, address, password, and having everything forgotten. What would let
// somebody who found an open session take the account over asks for the password again.
import { confirmedOrder } from '../account-asking.ts';
import {
  confirmBody, doneSchema, emailBody, passwordBody, profileBody, profileOut,
} from '../account-schemas.ts';
import { callerIn, edit } from '../asking.ts';
import { personOf } from '../../core/accounts.ts';
import type { Order } from '../../../shared/messages/orders.ts';
import type { UserId } from '../../../shared/ids.ts';
import { etagOf, type Named, operation, type Operation } from '../operation.ts';

type Confirmed = { readonly password: string; readonly code?: string | undefined };
const PROBLEMS = ['login-refused', 'too-many-requests', 'refused'] as const;

export const OWN_ACCOUNT_OPERATIONS: readonly Operation[] = [
  operation({
    id: 'myProfile', method: 'GET', path: '/api/v1/me/profile', tag: 'me', permission: 'self:access',
    summary: 'Your name, address, language and time zone',
    success: { status: 200, what: 'The profile.', body: profileOut },
    handle(ask, { state }) {
      const person = personOf(state, callerIn(ask).userId);
      return { status: 200, body: person, headers: { etag: etagOf(person) } };
    },
  }),
  operation({
    id: 'putMyProfile', method: 'PUT', path: '/api/v1/me/profile', tag: 'me', permission: 'self:access',
    summary: 'Changes your name, language and time zone', body: profileBody, conditional: true,
    success: { status: 200, what: 'The profile as it is now.', body: profileOut },
    async handle(ask, api) {
      const { userId } = callerIn(ask);
      await edit(api, ask, { kind: 'put-person', userId, profile: ask.body }, () => personOf(api.state, userId));
      const person = personOf(api.state, userId);
      return { status: 200, body: person, headers: { etag: etagOf(person) } };
    },
  }),
  confirmed({
    id: 'changeMyEmail', path: '/api/v1/me/email', body: emailBody,
    summary: 'Changes your address', description: 'The new one counts once the code sent there is given to '
      + '`/auth/verify`; until then the old one does.',
    order: (userId, { email }: Confirmed & { email: string }) => ({ kind: 'change-email', userId, email }),
  }),
  operation({
    id: 'changeMyPassword', method: 'POST', path: '/api/v1/me/password', tag: 'auth', permission: 'self:access',
    summary: 'Changes your password', description: 'All your log-ins are ended, this one too.', body: passwordBody,
    success: { status: 200, what: 'It is changed.', body: doneSchema }, problems: [...PROBLEMS],
    async handle(ask, api) {
      const { newPassword, ...confirm } = ask.body;
      const passwordHash = await api.hashPassword(newPassword);
      const order = { kind: 'change-password', userId: callerIn(ask).userId, passwordHash } as const;
      return { status: 200, body: { text: await confirmedOrder(api, ask, confirm, order) } };
    },
  }),
  confirmed({
    id: 'forgetMe', path: '/api/v1/me/erase', body: confirmBody,
    summary: 'Has everything forgotten that says who you are',
    description: 'Name, address, vehicles, tokens, log-ins and keys go, and nobody can log in any more. Charges, '
      + 'tickets, invoices and the ledger stay, under the id.',
    order: (userId) => ({ kind: 'forget-person', userId, note: 'asked for by the person' }),
  }),
];

/** An order about the caller for which she gives her password again. */
function confirmed<B extends Confirmed>(definition: {
  id: string; path: string; summary: string; description?: string; body: Named;
  order: (userId: UserId, body: B) => Order;
}): Operation {
  const { order, ...rest } = definition;
  return operation({
    ...rest, method: 'POST', tag: 'auth', permission: 'self:access',
    success: { status: 200, what: 'It is done.', body: doneSchema }, problems: [...PROBLEMS],
    async handle(ask, api) {
      const body = ask.body as B;
      return { status: 200, body: { text: await confirmedOrder(api, ask, body, order(callerIn(ask).userId, body)) } };
    },
  });
}
