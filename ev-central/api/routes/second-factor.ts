// One-time codes (TOTP) and recovery codes: people's own, for which an open session is not enough, and those that an
// admin makes or takes away. What is secret is shown once.
import { z } from 'zod';
import { type UserId, userIdSchema } from '../../../shared/ids.ts';
import type { Order } from '../../../shared/messages/orders.ts';
import { noteSchema } from '../../../shared/messages/values.ts';
import { confirmedOrder } from '../account-asking.ts';
import { callerIn, orderNow } from '../asking.ts';
import { confirmBody, doneSchema } from '../account-schemas.ts';
import { listOperation } from '../lists.ts';
import { type Answer, type Api, type Ask, named, operation, type Operation } from '../operation.ts';
import { momentSchema } from '../outside.ts';
import { Problem } from '../problem.ts';
import { orderAnswerSchema } from '../schemas.ts';

const params = z.strictObject({ userId: userIdSchema });
const exampleParams = { userId: 'ana' };
const USER = '/api/v1/users/{userId}/second-factor';
const ME = '/api/v1/me/second-factor';
const AT = '2026-11-21T05:20:00.000Z';

const row = named('SecondFactor', z.object({
  userId: userIdSchema, confirmed: z.boolean().describe('log-ins need a code'), recoveryCodesLeft: z.int(),
  madeAt: momentSchema,
}), { userId: 'ana', confirmed: true, recoveryCodesLeft: 10, madeAt: AT });
const state = named('MySecondFactor', z.object({
  enrolled: z.boolean(), confirmed: z.boolean(), recoveryCodesLeft: z.int(),
}), { enrolled: true, confirmed: true, recoveryCodesLeft: 10 });
const made = named('SecondFactorMade', z.object({
  text: z.string(), secret: z.string().describe('shown only now, for typing into an authenticator'),
  uri: z.string().describe('what its QR code holds'), recoveryCodes: z.array(z.string()),
}), {
  text: 'the first log-in of ana with a one-time code confirms it', secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  uri: 'otpauth://totp/EV%20network:ana?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  recoveryCodes: ['ABCD-EFGH-IJKL-MNOP'],
});
const codes = named('RecoveryCodes', z.object({ text: z.string(), recoveryCodes: z.array(z.string()) }),
  { text: '10 recovery codes of ana: the ones before are void', recoveryCodes: ['ABCD-EFGH-IJKL-MNOP'] });
const emptyBody = named('Nothing', z.strictObject({}), {});
const firstCodeBody = named('OneTimeCode', z.strictObject({ code: z.string().regex(/^\d{6}$/, '6 digits') }),
  { code: '123456' });
const noteBody = named('SecondFactorNote', z.strictObject({ note: noteSchema.default('') }),
  { note: 'telephone lost' });

type AnyAsk = Ask<unknown, unknown, unknown>;

const OWN: readonly Operation[] = [
  operation({
    id: 'mySecondFactor', method: 'GET', path: ME, tag: 'me', summary: 'Do your log-ins need a one-time code?',
    permission: 'self:access', success: { status: 200, what: 'The answer.', body: state },
    handle(ask, api) {
      const factor = api.state.secondFactors.get(callerIn(ask).userId);
      return {
        status: 200,
        body: {
          enrolled: factor !== undefined, confirmed: factor?.confirmed ?? false,
          recoveryCodesLeft: factor?.recoverySha256s.length ?? 0,
        },
      };
    },
  }),
  operation({
    id: 'enrolMySecondFactor', method: 'POST', path: `${ME}/enrol`, tag: 'auth', permission: 'self:access',
    summary: 'Makes a secret and recovery codes for you', body: confirmBody, gives: ['enrol-second-factor'],
    description: 'It counts once a code of it was sent to `confirm`, or with the first log-in with a code.',
    problems: ['login-refused'], success: { status: 200, what: 'The secret.', body: made },
    handle: (ask, api) => enrol(api, insistOnPerson(ask), (order) => confirmedOrder(api, ask, ask.body, order)),
  }),
  operation({
    id: 'confirmMySecondFactor', method: 'POST', path: `${ME}/confirm`, tag: 'auth', permission: 'self:access',
    summary: 'Shows that your authenticator has the secret: log-ins need a code from now on', body: firstCodeBody,
    gives: ['enrol-second-factor'], success: { status: 200, what: 'It counts.', body: orderAnswerSchema },
    async handle(ask, api) {
      const userId = insistOnPerson(ask);
      const factor = api.state.secondFactors.get(userId);
      if (factor === undefined) throw new Problem('not-found', 'There is nothing to confirm: enrol first.');
      const { secretBase64, recoverySha256s } = factor;
      const counter = api.tools.secondFactor.stepOf(secretBase64, ask.body.code);
      if (counter === null) {
        throw new Problem('refused', 'This is not the code that it shows now.', { reason: 'code-wrong' });
      }
      return ordered(await orderNow(api, ask, {
        kind: 'enrol-second-factor', userId, secretBase64, recoverySha256s: [...recoverySha256s], counter,
      }));
    },
  }),
  operation({
    id: 'renewMyRecoveryCodes', method: 'POST', path: `${ME}/recovery-codes`, tag: 'auth', permission: 'self:access',
    summary: 'Makes recovery codes anew; those before are void', body: confirmBody, gives: ['renew-recovery-codes'],
    problems: ['login-refused'], success: { status: 200, what: 'The codes.', body: codes },
    handle: (ask, api) => renew(api, insistOnPerson(ask), (order) => confirmedOrder(api, ask, ask.body, order)),
  }),
  operation({
    id: 'disableMySecondFactor', method: 'POST', path: `${ME}/disable`, tag: 'auth', permission: 'self:access',
    summary: 'Your log-ins need no code any more', body: confirmBody, gives: ['remove-second-factor'],
    problems: ['login-refused'], success: { status: 200, what: 'It is gone.', body: doneSchema },
    async handle(ask, api) {
      const order = { kind: 'remove-second-factor', userId: insistOnPerson(ask), note: 'by herself' } as const;
      return { status: 200, body: { text: await confirmedOrder(api, ask, ask.body, order) } };
    },
  }),
];

export const SECOND_FACTOR_OPERATIONS: readonly Operation[] = [
  ...OWN,
  listOperation({
    id: 'listSecondFactors', path: '/api/v1/second-factors', tag: 'users', summary: 'Who has a second factor',
    permission: 'registry:read', what: 'second-factors', item: row,
  }),
  operation({
    id: 'enrolSecondFactor', method: 'POST', path: `${USER}/enrol`, tag: 'auth', permission: 'second-factors:write',
    summary: 'Makes a secret and recovery codes for a user', params, exampleParams, body: emptyBody,
    gives: ['enrol-second-factor'], description: 'The first log-in with a code confirms it.',
    success: { status: 200, what: 'The secret.', body: made },
    handle: (ask, api) => enrol(api, ask.params.userId, (order) => orderText(api, ask, order)),
  }),
  operation({
    id: 'renewRecoveryCodes', method: 'POST', path: `${USER}/recovery-codes`, tag: 'auth',
    permission: 'second-factors:write', summary: 'Makes recovery codes of a user anew', params, exampleParams,
    body: emptyBody, gives: ['renew-recovery-codes'], success: { status: 200, what: 'The codes.', body: codes },
    handle: (ask, api) => renew(api, ask.params.userId, (order) => orderText(api, ask, order)),
  }),
  operation({
    id: 'removeSecondFactor', method: 'POST', path: `${USER}/disable`, tag: 'auth',
    permission: 'second-factors:write', summary: 'Log-ins of a user need no code any more', params, exampleParams,
    body: noteBody, gives: ['remove-second-factor'],
    success: { status: 200, what: 'It is gone.', body: orderAnswerSchema },
    handle: async (ask, api) => ordered(await orderNow(api, ask, {
      kind: 'remove-second-factor', userId: ask.params.userId, note: ask.body.note,
    })),
  }),
];

/** Gives an order, and says what it came to. */
type Give = (order: Order) => Promise<string>;

async function orderText(api: Api, ask: AnyAsk, order: Order): Promise<string> {
  return (await orderNow(api, ask, order)).text;
}

async function enrol(api: Api, userId: UserId, give: Give): Promise<Answer> {
  const { secretText, uri, secretBase64, recovery } = api.tools.secondFactor.make(userId);
  const text = await give({
    kind: 'enrol-second-factor', userId, secretBase64, recoverySha256s: [...recovery.sha256s], counter: null,
  });
  return { status: 200, body: { text, secret: secretText, uri, recoveryCodes: recovery.codes } };
}

async function renew(api: Api, userId: UserId, give: Give): Promise<Answer> {
  const { codes: recoveryCodes, sha256s } = api.tools.secondFactor.recoveryCodes();
  const text = await give({ kind: 'renew-recovery-codes', userId, recoverySha256s: [...sha256s] });
  return { status: 200, body: { text, recoveryCodes } };
}

function ordered({ outcome, text, lines }: { outcome: string; text: string; lines: unknown }): Answer {
  return { status: 200, body: { outcome, text, lines } };
}

function insistOnPerson(ask: AnyAsk): UserId {
  const { by, userId } = callerIn(ask);
  if (by === 'key') throw new Problem('forbidden', 'A key has no second factor: log in as a person.');
  return userId;
}
