// People for those who run the network: profiles, letters, forgetting somebody.
import { z } from 'zod';
import { userIdSchema } from '../../../shared/ids.ts';
import { emailSchema, vehicleIdSchema } from '../../../shared/messages/accounts.ts';
import {
  doneSchema, letterOut, noteBody, passwordOfBody, profileBody, profileOut, vehicleOfBody,
} from '../account-schemas.ts';
import { orderNow } from '../asking.ts';
import { listOperation } from '../lists.ts';
import { named, operation, type Operation } from '../operation.ts';
import { orderOperation } from '../order-operation.ts';

const USER = '/api/v1/users/{userId}';
const common = {
  tag: 'users', params: z.strictObject({ userId: userIdSchema }), exampleParams: { userId: 'ana' },
} as const;

export const PEOPLE_OPERATIONS: readonly Operation[] = [
  listOperation({
    id: 'listPeople', path: '/api/v1/people', tag: 'users', permission: 'people:read', what: 'people',
    summary: 'Names and addresses of people', item: profileOut, filters: { userId: userIdSchema.optional() },
  }),
  orderOperation({
    ...common, id: 'putPerson', path: `${USER}/profile`, permission: 'people:profile', body: profileBody,
    summary: 'Changes name, language and time zone of a person',
    order: ({ userId }, profile) => ({ kind: 'put-person', userId, profile }),
  }),
  orderOperation({
    ...common, id: 'changeEmail', path: `${USER}/email`, permission: 'people:profile',
    summary: 'Sends a letter to a new address of a person, which counts once its code is given back',
    body: named('EmailOf', z.strictObject({ email: emailSchema }), { email: 'ana@example.org' }),
    order: ({ userId }, { email }) => ({ kind: 'change-email', userId, email }),
  }),
  orderOperation({
    ...common, id: 'sendResetCode', path: `${USER}/password-reset`, permission: 'people:write', body: noteBody,
    summary: 'Sends a code for a new password to the address of a person',
    order: ({ userId }, { note }) => ({ kind: 'send-reset-code', userId, note }),
  }),
  operation({
    ...common, id: 'setPasswordOf', tag: 'auth', method: 'POST', path: `${USER}/password`, permission: 'people:write',
    summary: 'Gives a person another password; her log-ins are ended', gives: ['change-password'],
    body: passwordOfBody,
    success: { status: 200, what: 'It is changed.', body: doneSchema },
    async handle(ask, api) {
      const passwordHash = await api.hashPassword(ask.body.newPassword);
      const { text } = await orderNow(api, ask, { kind: 'change-password', ...ask.params, passwordHash });
      return { status: 200, body: { text } };
    },
  }),
  orderOperation({
    ...common, id: 'endLogInsOf', path: `${USER}/end-log-ins`, permission: 'people:operate', body: noteBody,
    summary: 'Ends all log-ins of a person; keys of her machines stay',
    order: ({ userId }) => ({ kind: 'end-log-ins', userId }),
  }),
  orderOperation({
    ...common, id: 'putVehicleOf', path: `${USER}/vehicles`, permission: 'people:profile',
    summary: 'Registers a vehicle of a person or changes it', body: vehicleOfBody,
    order: ({ userId }, vehicle) => ({ kind: 'put-vehicle', userId, vehicle }),
  }),
  orderOperation({
    ...common, id: 'removeVehicleOf', path: `${USER}/vehicles/{vehicleId}/remove`, permission: 'people:profile',
    params: z.strictObject({ userId: userIdSchema, vehicleId: vehicleIdSchema }),
    exampleParams: { userId: 'ana', vehicleId: 'leaf' }, summary: 'Removes a vehicle of a person', body: noteBody,
    order: ({ userId, vehicleId }) => ({ kind: 'remove-vehicle', userId, vehicleId }),
  }),
  orderOperation({
    ...common, id: 'forgetPerson', path: `${USER}/erase`, permission: 'people:erase', body: noteBody,
    summary: 'Forgets what says who a person is',
    description: 'Charges, tickets, invoices and the ledger stay, under the id.',
    order: ({ userId }, { note }) => ({ kind: 'forget-person', userId, note }),
  }),
  listOperation({
    id: 'listLetters', path: '/api/v1/letters', tag: 'network', permission: 'letters:read', what: 'mails',
    summary: 'Letters of the last day: waiting, sent and given up', item: letterOut,
    filters: { userId: userIdSchema.optional() },
  }),
];
