// Plans with a fee by the month and a discount; people subscribe themselves, operators for them.
import { z } from 'zod';
import { planIdSchema, userIdSchema } from '../../../shared/ids.ts';
import { planRowSchema, subscriptionSchema } from '../../../shared/messages/subscription.ts';
import { atMsSchema } from '../../../shared/messages/values.ts';
import { callerIn, orderOnce } from '../asking.ts';
import { listOperation } from '../lists.ts';
import { named, operation, type Operation } from '../operation.ts';
import { orderOperation } from '../order-operation.ts';
import { outside, outsideSchema } from '../outside.ts';
import { orderAnswerSchema } from '../schemas.ts';

const AT_MS = 1_763_700_000_000;
const planExample = {
  planId: 'gold', name: 'Gold', currency: 'EUR', monthlyFeeMinor: 990, vatPercent: '21',
  discount: { energyPercent: '15', timePercent: '0', flatPercent: '100', perKwh: '0' }, siteIds: null,
  validFromMs: null, validToMs: null,
};
const plan = named('Plan', outsideSchema(planRowSchema.extend({
  validFromMs: atMsSchema.nullable(), validToMs: atMsSchema.nullable(),
})), outside(planExample));
const subscription = named('Subscription', outsideSchema(subscriptionSchema), outside({
  userId: 'ana', planId: 'gold', state: 'active', sinceMs: AT_MS, dueMs: AT_MS + 30 * 86_400_000, months: 1, why: '',
}));
const { planId: _id, validFromMs: _from, validToMs: _to, ...bodyExample } = planExample;
const moment = z.iso.datetime({ offset: true }).nullable().default(null);
const planParams = z.strictObject({ planId: planIdSchema });
const userParams = z.strictObject({ userId: userIdSchema });
const planBody = named('PlanChoice', z.strictObject({ planId: planIdSchema }), { planId: 'gold' });
const nothing = named('Nothing', z.strictObject({}), {});
const answered = { status: 200, what: 'It is done.', body: orderAnswerSchema };

export const SUBSCRIPTION_OPERATIONS: readonly Operation[] = [
  listOperation({
    id: 'listPlans', path: '/api/v1/plans', tag: 'tariffs', permission: 'points:read', what: 'plans', item: plan,
    summary: 'Plans that one can subscribe to',
  }),
  orderOperation({
    id: 'putPlan', path: '/api/v1/plans/{planId}', tag: 'tariffs', permission: 'registry:write', params: planParams,
    exampleParams: { planId: 'gold' }, summary: 'Makes a plan or changes it, for charges that begin from now on',
    body: named('PlanEdit', z.strictObject({
      ...planRowSchema.omit({ planId: true, validFromMs: true, validToMs: true }).shape, validFrom: moment,
      validTo: moment,
    }), bodyExample),
    order: ({ planId }, { validFrom, validTo, ...body }) => ({ kind: 'put-plan', plan: {
      ...body, planId, validFromMs: validFrom === null ? null : Date.parse(validFrom),
      validToMs: validTo === null ? null : Date.parse(validTo),
    } }),
  }),
  orderOperation({
    id: 'removePlan', path: '/api/v1/plans/{planId}/remove', tag: 'tariffs', permission: 'registry:write',
    params: planParams, exampleParams: { planId: 'gold' }, summary: 'Removes a plan without subscribers', body: nothing,
    order: ({ planId }) => ({ kind: 'remove-plan', planId }),
  }),
  listOperation({
    id: 'listSubscriptions', path: '/api/v1/subscriptions', tag: 'users', permission: 'subscriptions:read',
    summary: 'Who has which plan', what: 'subscriptions', item: subscription,
  }),
  orderOperation({
    id: 'subscribeUser', path: '/api/v1/users/{userId}/subscription', tag: 'users',
    permission: 'subscriptions:write', params: userParams, exampleParams: { userId: 'ana' },
    summary: 'Subscribes a user to a plan; the first month is paid from her wallet', body: planBody,
    order: ({ userId }, { planId }) => ({ kind: 'subscribe', userId, planId }),
  }),
  orderOperation({
    id: 'unsubscribeUser', path: '/api/v1/users/{userId}/subscription/cancel', tag: 'users',
    permission: 'subscriptions:write', params: userParams, exampleParams: { userId: 'ana' },
    summary: 'Ends the plan of a user with the month that is paid', body: nothing,
    order: ({ userId }) => ({ kind: 'unsubscribe', userId }),
  }),
  listOperation({
    id: 'mySubscription', path: '/api/v1/me/subscription', tag: 'me', permission: 'self:read',
    summary: 'Your plan, if you have one', what: 'my-subscriptions', item: subscription,
  }),
  operation({
    id: 'subscribe', method: 'POST', path: '/api/v1/me/subscription', tag: 'me', permission: 'self:access',
    summary: 'Subscribes you to a plan; the first month is paid from your wallet', idempotent: true, body: planBody,
    success: answered,
    async handle(ask, api) {
      const { userId } = callerIn(ask);
      const { outcome, text, lines } = await orderOnce(api, ask, 'subscribe',
        { kind: 'subscribe', userId, planId: ask.body.planId });
      return { status: 200, body: { outcome, text, lines } };
    },
  }),
  operation({
    id: 'unsubscribe', method: 'POST', path: '/api/v1/me/subscription/cancel', tag: 'me', permission: 'self:access',
    summary: 'Ends your plan with the month that is paid', idempotent: true, body: nothing, success: answered,
    async handle(ask, api) {
      const { userId } = callerIn(ask);
      const { outcome, text, lines } = await orderOnce(api, ask, 'unsubscribe', { kind: 'unsubscribe', userId });
      return { status: 200, body: { outcome, text, lines } };
    },
  }),
];
