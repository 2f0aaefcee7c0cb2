// Accounts of people who are not logged in: registration, and what is done with a code from a letter. The answer to who
// asks for a letter is the same whether the address is known or not.
import { requestId } from '../../../shared/ids.ts';
import { changeAccount } from '../account-asking.ts';
import {
  accountSchema, askResetBody, registerBody, resetBody, takenSchema, verifyBody,
} from '../account-schemas.ts';
import { type Api, operation, type Operation } from '../operation.ts';
import { Problem } from '../problem.ts';

const ON_ITS_WAY = {
  status: 202, body: { detail: 'A letter is on its way to this address, unless it got too many.' },
};

export const ACCOUNT_OPERATIONS: readonly Operation[] = [
  operation({
    id: 'register', method: 'POST', path: '/api/v1/auth/register', tag: 'auth', summary: 'Asks for an account',
    description: 'A code is sent to the address; it opens the account (`/auth/verify`), with the id and the password '
      + 'that whoever brings it chooses. Only where registration is open.',
    permission: null, body: registerBody, success: { status: 202, what: 'Taken.', body: takenSchema },
    problems: ['refused', 'too-many-requests'],
    async handle(ask, api) {
      await changeAccount(api, ask, { kind: 'register', registration: ask.body });
      return ON_ITS_WAY;
    },
  }),
  operation({
    id: 'verify', method: 'POST', path: '/api/v1/auth/verify', tag: 'auth',
    summary: 'Brings the code from a letter: opens an account, or verifies a new address',
    permission: null, body: verifyBody, success: { status: 200, what: 'Whose account it is.', body: accountSchema },
    problems: ['refused', 'too-many-requests'],
    async handle(ask, api) {
      const { code, userId, password } = ask.body;
      const codeId = api.readMailCode(code);
      const opens = codeId !== null && api.state.accountCodes.get(codeId)?.purpose === 'register';
      const isWhole = userId !== undefined && password !== undefined;
      // A password is hashed for who brings a good code: that costs a while.
      const account = opens && isWhole ? { userId, passwordHash: await api.hashPassword(password) } : null;
      return { status: 200, body: { userId: await changeAccount(api, ask, { kind: 'verify', codeId, account }) } };
    },
  }),
  operation({
    id: 'askPasswordReset', method: 'POST', path: '/api/v1/auth/password-reset', tag: 'auth',
    summary: 'Asks for a code for a new password', permission: null, body: askResetBody,
    success: { status: 202, what: 'Taken.', body: takenSchema }, problems: ['too-many-requests'],
    async handle(ask, api) {
      await changeAccount(api, ask, { kind: 'ask-reset', who: ask.body.who });
      return ON_ITS_WAY;
    },
  }),
  operation({
    id: 'resetPassword', method: 'POST', path: '/api/v1/auth/password-reset/confirm', tag: 'auth',
    summary: 'Sets a new password with the code from a letter',
    description: 'All log-ins are ended. A second factor stays.', permission: null, body: resetBody,
    success: { status: 200, what: 'Whose password it is.', body: accountSchema },
    problems: ['refused', 'too-many-requests'],
    async handle(ask, api) {
      const codeId = api.readMailCode(ask.body.code);
      const isKnown = codeId !== null && api.state.accountCodes.get(codeId) !== undefined;
      const passwordHash = isKnown ? await api.hashPassword(ask.body.password) : '';
      const userId = await changeAccount(api, ask, {
        kind: 'reset-password', codeId: isKnown ? codeId : null, passwordHash,
      });
      return { status: 200, body: { userId } };
    },
  }),
  operation({
    id: 'endLogIns', method: 'DELETE', path: '/api/v1/auth/sessions', tag: 'auth',
    summary: 'Ends all your log-ins, this one too', permission: 'self:access',
    success: { status: 204, what: 'They are over.', body: null },
    async handle(ask, api) {
      const caller = ask.caller;
      if (caller === undefined || caller.by === 'key') throw new Problem('forbidden', 'A key ends no log-ins.');
      await giveOwn(api, ask.address, caller);
      return { status: 204 };
    },
  }),
];

async function giveOwn(
  api: Api, address: string, { userId, role }: NonNullable<Parameters<Operation['handle']>[0]['caller']>,
): Promise<void> {
  const orderId = requestId(`api-${api.randomBytes(12).toString('hex')}`);
  await api.ask({
    make: (answer) => ({
      kind: 'order', orderId, order: { kind: 'end-log-ins', userId }, by: userId, role, address, answer,
    }),
  });
}
