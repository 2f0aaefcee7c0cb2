// What wallets owe: the lists, reminders that are put off and sent again, and what is written off.
import { z } from 'zod';
import { walletSchema } from '../../../shared/account.ts';
import { debtRowSchema, debtStateSchema } from '../../../shared/messages/debt.ts';
import { noteSchema } from '../../../shared/messages/values.ts';
import { currencySchema } from '../../../shared/money.ts';
import { listOperation } from '../lists.ts';
import { named, type Operation } from '../operation.ts';
import { orderOperation } from '../order-operation.ts';
import { outside, outsideSchema } from '../outside.ts';

const AT_MS = 1_763_700_000_000;
const DAY_MS = 86_400_000;
const debt = named('Debt', outsideSchema(debtRowSchema), outside({
  account: 'wallet:user:ana', owedMinor: 420, currency: 'EUR', sinceMs: AT_MS, state: 'reminded', step: 1,
  nextAtMs: AT_MS + 14 * DAY_MS, pausedUntilMs: null, note: '',
}));
const filters = { state: debtStateSchema.optional(), currency: currencySchema.optional() };
const params = z.strictObject({ account: walletSchema });
const exampleParams = { account: 'wallet:user:ana' };
const DEBT = '/api/v1/debts/{account}';
const reason = noteSchema.min(1);

export const DEBT_OPERATIONS: readonly Operation[] = [
  listOperation({
    id: 'listDebts', path: '/api/v1/debts', tag: 'network', permission: 'debts:read', what: 'debts', item: debt,
    summary: 'Wallets whose balance is below zero, the oldest debt first',
    filters: { account: walletSchema.optional(), ...filters },
  }),
  listOperation({
    id: 'myDebts', path: '/api/v1/me/debts', tag: 'me', permission: 'self:read', what: 'my-debts', item: debt,
    summary: 'What you owe, and the groups that you run', filters,
  }),
  orderOperation({
    id: 'pauseDebt', path: `${DEBT}/pause`, tag: 'network', permission: 'debts:write', params, exampleParams,
    summary: 'Puts the reminders of a debt off until a date',
    body: named('DebtPause', z.strictObject({ until: z.iso.datetime({ offset: true }), reason }), {
      until: new Date(AT_MS + 20 * DAY_MS).toISOString(), reason: 'pays by the end of the month',
    }),
    order: ({ account }, body) =>
      ({ kind: 'pause-debt', wallet: account, untilMs: Date.parse(body.until), reason: body.reason }),
  }),
  orderOperation({
    id: 'resumeDebt', path: `${DEBT}/resume`, tag: 'network', permission: 'debts:write', params, exampleParams,
    summary: 'Sends the reminders again that were put off', body: named('DebtResume', z.strictObject({}), {}),
    order: ({ account }) => ({ kind: 'resume-debt', wallet: account }),
  }),
  orderOperation({
    id: 'writeOffDebt', path: `${DEBT}/write-off`, tag: 'network', permission: 'money:write', params, exampleParams,
    summary: 'Books all that a wallet owes on the account of bad debts',
    body: named('DebtWriteOff', z.strictObject({ reason }), { reason: 'insolvent' }),
    order: ({ account }, body) => ({ kind: 'write-off-debt', wallet: account, reason: body.reason }),
  }),
];
