// Payments through gateways: a driver tops up, confirms and gives up; operators see them all, pay back and try again.
import { z } from 'zod';
import { paymentIdSchema, sessionIdSchema, userIdSchema } from '../../../shared/ids.ts';
import { paymentPurposeSchema } from '../../../shared/messages/values.ts';
import { callerIn, orderOnce } from '../asking.ts';
import { listOperation, pagingShape, readPage, sinceUntilShape } from '../lists.ts';
import { type Answer, type Api, type Ask, named, operation, type Operation } from '../operation.ts';
import { orderOperation } from '../order-operation.ts';
import { outside } from '../outside.ts';
import {
  OWN_PAYMENT_FIELDS, ownPaymentBody, ownPaymentSchema, payerActionSchema, paymentBody, paymentRefundBody,
  paymentSchema, paymentStateSchema,
} from '../payment-schemas.ts';
import { Problem } from '../problem.ts';
import type { Row } from '../ports.ts';
import { orderAnswerSchema, pageOf } from '../schemas.ts';

type AnyAsk = Ask<unknown, unknown, unknown>;

const params = z.strictObject({ paymentId: paymentIdSchema });
const exampleParams = { paymentId: 'k7f2-120' };
const nothing = named('Nothing', z.strictObject({}), {});
const filters = { state: paymentStateSchema.optional(), purpose: paymentPurposeSchema.optional(), ...sinceUntilShape };

const OWN: readonly Operation[] = [
  operation({
    id: 'makePayment', method: 'POST', path: '/api/v1/me/payments', tag: 'payments', permission: 'self:pay',
    summary: 'Tops your wallet up through a payment gateway, or pre-authorizes your next charge',
    description: 'It goes on by itself: follow it by its id, or by your notices. When it `requires-action`, its '
      + '`action` says where you confirm it.',
    idempotent: true, body: ownPaymentBody,
    success: { status: 201, what: 'It has begun.', body: ownPaymentSchema },
    async handle(ask, api): Promise<Answer> {
      const { userId } = callerIn(ask);
      const { lines } = await orderOnce(api, ask, 'makePayment', { kind: 'start-payment', userId, ...ask.body });
      const id = lines[0]?.what ?? '';
      return {
        status: 201, body: ownView(ownPayment(api, ask, id)),
        headers: { location: `/api/v1/me/payments/${encodeURIComponent(id)}` },
      };
    },
  }),
  operation({
    id: 'myPayments', method: 'GET', path: '/api/v1/me/payments', tag: 'payments', permission: 'self:read',
    summary: 'Your payments, newest first', query: z.strictObject({ ...filters, ...pagingShape }),
    reads: ['my-payments'],
    success: { status: 200, what: 'A page.', body: pageOf(ownPaymentSchema) },
    handle(ask, api): Answer {
      const { body } = readPage(api, ask, 'my-payments', ask.query) as { body: { items: Row[]; next: string | null } };
      return { status: 200, body: { ...body, items: body.items.map(ownFields) } };
    },
  }),
  operation({
    id: 'myPayment', method: 'GET', path: '/api/v1/me/payments/{paymentId}', tag: 'payments', permission: 'self:read',
    summary: 'One of your payments', params, exampleParams, problems: ['not-found'],
    success: { status: 200, what: 'The payment.', body: ownPaymentSchema },
    handle: (ask, api) => ({ status: 200, body: ownView(ownPayment(api, ask, ask.params.paymentId)) }),
  }),
  operation({
    id: 'myPaymentAction', method: 'GET', path: '/api/v1/me/payments/{paymentId}/action', tag: 'payments',
    permission: 'self:pay', summary: 'Where you confirm a payment that waits for you (3-D Secure)', params,
    exampleParams, problems: ['not-found', 'refused'],
    description: 'Asked of the gateway when you ask, and kept nowhere: the address holds a secret of the payment.',
    success: { status: 200, what: 'The address.', body: payerActionSchema },
    async handle(ask, api): Promise<Answer> {
      const { paymentId, state, gateway, reference, expiresAtMs } = ownPayment(api, ask, ask.params.paymentId);
      const url = state === 'requires-action' ? await actionUrl(api, String(gateway), String(reference)) : null;
      if (url === null) {
        throw new Problem('refused', `Payment ${String(paymentId)} is ${String(state)}: there is nothing to confirm.`);
      }
      return { status: 200, body: { paymentId, url, confirmBy: new Date(Number(expiresAtMs)).toISOString() } };
    },
  }),
  operation({
    id: 'cancelMyPayment', method: 'POST', path: '/api/v1/me/payments/{paymentId}/cancel', tag: 'payments',
    permission: 'self:pay', summary: 'Gives one of your payments up that has taken nothing yet', params, exampleParams,
    body: nothing, idempotent: true, problems: ['not-found', 'refused'],
    success: { status: 200, what: 'It is being cancelled.', body: orderAnswerSchema },
    async handle(ask, api): Promise<Answer> {
      const { paymentId } = ask.params;
      ownPayment(api, ask, paymentId);
      const { outcome, text, lines } = await orderOnce(api, ask, 'cancelMyPayment',
        { kind: 'cancel-payment', paymentId });
      return { status: 200, body: { outcome, text, lines } };
    },
  }),
];

const OF_ALL: readonly Operation[] = [
  listOperation({
    id: 'listPayments', path: '/api/v1/payments', tag: 'payments', permission: 'payments:read', what: 'payments',
    summary: 'Payments of all drivers, newest first', item: paymentSchema,
    filters: {
      userId: userIdSchema.optional(), sessionId: sessionIdSchema.optional(),
      gateway: z.string().min(1).max(40).optional(), ...filters,
    },
  }),
  operation({
    id: 'payment', method: 'GET', path: '/api/v1/payments/{paymentId}', tag: 'payments', permission: 'payments:read',
    summary: 'One payment, with what is under way and what went wrong last', params, exampleParams,
    problems: ['not-found'], success: { status: 200, what: 'The payment.', body: paymentSchema },
    handle(ask, api): Answer {
      const { role } = callerIn(ask);
      return { status: 200, body: outside(paymentOf(api, { role, userId: null }, ask.params.paymentId)) };
    },
  }),
  orderOperation({
    id: 'startPayment', path: '/api/v1/payments', tag: 'payments', permission: 'payments:write',
    params: z.strictObject({}), exampleParams: {}, body: paymentBody,
    summary: "Asks a gateway for an amount of a driver's, by the token of her means of payment",
    order: (_none, body) => ({ kind: 'start-payment', ...body }),
  }),
  orderOperation({
    id: 'refundPayment', path: '/api/v1/payments/{paymentId}/refund', tag: 'payments', permission: 'payments:write',
    params, exampleParams, body: paymentRefundBody,
    summary: 'Pays back what is left of a payment, or a part of it; the wallet gives it',
    order: ({ paymentId }, body) => ({ kind: 'refund-payment', paymentId, ...body }),
  }),
  orderOperation({
    id: 'retryPayment', path: '/api/v1/payments/{paymentId}/retry', tag: 'payments', permission: 'payments:write',
    params, exampleParams, body: nothing,
    summary: 'Tries now what waits for its next attempt, or looks up how the payment stands at its gateway',
    order: ({ paymentId }) => ({ kind: 'retry-payment', paymentId }),
  }),
  orderOperation({
    id: 'cancelPayment', path: '/api/v1/payments/{paymentId}/cancel', tag: 'payments', permission: 'payments:write',
    params, exampleParams, body: nothing, summary: 'Gives a payment up that has taken nothing yet',
    order: ({ paymentId }) => ({ kind: 'cancel-payment', paymentId }),
  }),
];

export const PAYMENT_OPERATIONS: readonly Operation[] = [...OWN, ...OF_ALL];

/** A payment of the caller; somebody else's is not there. */
function ownPayment(api: Api, ask: AnyAsk, paymentId: string): Row {
  const { role, userId } = callerIn(ask);
  return paymentOf(api, { role, userId }, paymentId);
}

function paymentOf(
  api: Api, asker: Pick<ReturnType<typeof callerIn>, 'role'> & { userId: Parameters<Api['read']>[0]['userId'] },
  paymentId: string,
): Row {
  const what = asker.userId === null ? 'payments' : 'my-payments';
  const [row] = api.read(asker, { what, filter: { paymentId }, after: null, limit: 1 }).rows;
  if (row === undefined) throw new Problem('not-found', `There is no payment ${paymentId}.`);
  return row;
}

async function actionUrl(api: Api, gateway: string, reference: string): Promise<string | null> {
  try {
    return await api.payerAction(gateway, reference);
  } catch {
    throw new Problem('unavailable', 'The payment gateway does not answer. Try again in some seconds.', {},
      { 'retry-after': '5' });
  }
}

/** What its payer sees of a payment. */
function ownView(row: Row): unknown {
  return outside(Object.fromEntries(Object.entries(row).filter(([name]) => OWN_PAYMENT_FIELDS.includes(name))));
}

function ownFields(item: Row): Row {
  const known = Object.keys(ownPaymentSchema.example as Row);
  return Object.fromEntries(Object.entries(item).filter(([name]) => known.includes(name)));
}
