// Vehicles, and tokens: one's own, and those of all people for operators.
import { z } from 'zod';
import { userIdSchema } from '../../../shared/ids.ts';
import { MOST_TOKENS_OF_FILE, tokenIdSchema, vehicleIdSchema } from '../../../shared/messages/accounts.ts';
import { type Vehicle, vehicleKey } from '../../core/account-rows.ts';
import {
  noteBody, TOKEN_FILE_BYTES, tokenBody, tokenFileBody, tokenOut, vehicleBody, vehicleOfOut, vehicleOut,
} from '../account-schemas.ts';
import { callerIn, edit, orderOnce } from '../asking.ts';
import { listOperation } from '../lists.ts';
import { type Api, type Ask, etagOf, operation, type Operation } from '../operation.ts';
import { orderOperation } from '../order-operation.ts';
import { outside } from '../outside.ts';
import { Problem } from '../problem.ts';
import { orderAnswerSchema, pageOf } from '../schemas.ts';

const VEHICLE = '/api/v1/me/vehicles/{vehicleId}';
const vehicleParams = z.strictObject({ vehicleId: vehicleIdSchema });
const LEAF = { vehicleId: 'leaf' };
const TOKEN = '/api/v1/tokens/{tokenId}';
const tokenParams = z.strictObject({ tokenId: tokenIdSchema });
const CARD = { tokenId: '04A1B2C3D4' };
const ofPerson = { userId: userIdSchema.optional() };

type VehicleAsk = Pick<Ask<{ vehicleId: string }, unknown, unknown>, 'params' | 'caller'>;

function vehicleOf({ state }: Api, ask: VehicleAsk): Vehicle | undefined {
  return state.vehicles.get(vehicleKey({ userId: callerIn(ask).userId, vehicleId: ask.params.vehicleId }));
}

function insistOnVehicle(api: Api, ask: VehicleAsk): Vehicle {
  const vehicle = vehicleOf(api, ask);
  if (vehicle === undefined) throw new Problem('not-found', `You have no vehicle ${ask.params.vehicleId}.`);
  return vehicle;
}

function shown({ userId: _hers, ...vehicle }: Vehicle): object {
  return vehicle;
}

/** What the core says of a token, said of its line. */
function inFile(error: unknown, places: readonly { tokenId: string; line: number }[]): unknown {
  if (!(error instanceof Problem) || error.more.errors === undefined) return error;
  const errors = error.more.errors.map(({ path, message }) => {
    // The second one of two that are the same is the one that is too many.
    const line = places.findLast(({ tokenId }) => tokenId.toUpperCase() === path.toUpperCase())?.line;
    return { path: line === undefined ? path : `line ${line}`, message };
  });
  return new Problem(error.code, error.message, { ...error.more, errors }, error.headers);
}

export const BELONGING_OPERATIONS: readonly Operation[] = [
  operation({
    id: 'myVehicles', method: 'GET', path: '/api/v1/me/vehicles', tag: 'me', permission: 'self:access',
    summary: 'Your vehicles', success: { status: 200, what: 'All of them.', body: pageOf(vehicleOut) },
    handle(ask, { state }) {
      const { userId } = callerIn(ask);
      const items = [...state.vehicles.values()].filter((each) => each.userId === userId).map(shown);
      return { status: 200, body: { items, next: null } };
    },
  }),
  operation({
    id: 'myVehicle', method: 'GET', path: VEHICLE, tag: 'me', permission: 'self:access',
    summary: 'One of your vehicles', params: vehicleParams, exampleParams: LEAF,
    success: { status: 200, what: 'The vehicle.', body: vehicleOut },
    handle(ask, api) {
      const vehicle = insistOnVehicle(api, ask);
      return { status: 200, body: shown(vehicle), headers: { etag: etagOf(vehicle) } };
    },
  }),
  operation({
    id: 'putMyVehicle', method: 'PUT', path: VEHICLE, tag: 'me', permission: 'self:access', conditional: true,
    summary: 'Registers a vehicle or changes it', params: vehicleParams, exampleParams: LEAF, body: vehicleBody,
    success: { status: 200, what: 'The vehicle as it is now.', body: vehicleOut },
    async handle(ask, api) {
      const vehicle = { ...ask.body, ...ask.params };
      await edit(api, ask, { kind: 'put-vehicle', userId: callerIn(ask).userId, vehicle }, () => vehicleOf(api, ask));
      const now = insistOnVehicle(api, ask);
      return { status: 200, body: shown(now), headers: { etag: etagOf(now) } };
    },
  }),
  operation({
    id: 'removeMyVehicle', method: 'DELETE', path: VEHICLE, tag: 'me', permission: 'self:access', conditional: true,
    summary: 'Removes a vehicle', params: vehicleParams, exampleParams: LEAF,
    success: { status: 200, what: 'It is gone.', body: orderAnswerSchema },
    async handle(ask, api) {
      insistOnVehicle(api, ask);
      const order = { kind: 'remove-vehicle', userId: callerIn(ask).userId, ...ask.params } as const;
      const { outcome, text, lines } = await edit(api, ask, order, () => vehicleOf(api, ask));
      return { status: 200, body: { outcome, text, lines } };
    },
  }),
  operation({
    id: 'myTokens', method: 'GET', path: '/api/v1/me/tokens', tag: 'me', permission: 'self:access',
    summary: 'Your cards, apps and QR codes', success: { status: 200, what: 'All of them.', body: pageOf(tokenOut) },
    handle(ask, { state }) {
      const { userId } = callerIn(ask);
      const items = [...state.tokens.values()].filter((each) => each.userId === userId).map(outside);
      return { status: 200, body: { items, next: null } };
    },
  }),
  operation({
    id: 'blockMyToken', method: 'POST', path: '/api/v1/me/tokens/{tokenId}/block', tag: 'me', permission: 'self:access',
    summary: 'Blocks a card that you have lost', params: tokenParams, exampleParams: CARD, body: noteBody,
    idempotent: true, success: { status: 200, what: 'It is blocked.', body: orderAnswerSchema },
    async handle(ask, api) {
      const order = { kind: 'block-token', ...ask.params, userId: callerIn(ask).userId, ...ask.body } as const;
      const { outcome, text, lines } = await orderOnce(api, ask, 'blockMyToken', order);
      return { status: 200, body: { outcome, text, lines } };
    },
  }),
  listOperation({
    id: 'listVehicles', path: '/api/v1/vehicles', tag: 'users', permission: 'vehicles:read', what: 'vehicles',
    summary: "Lists people's vehicles", item: vehicleOfOut, filters: ofPerson,
  }),
  listOperation({
    id: 'listTokens', path: '/api/v1/tokens', tag: 'users', permission: 'tokens:read', what: 'tokens',
    summary: "Lists people's tokens", item: tokenOut, filters: ofPerson,
  }),
  orderOperation({
    id: 'issueToken', path: '/api/v1/tokens', tag: 'users', permission: 'tokens:write', params: z.strictObject({}),
    exampleParams: {}, summary: 'Issues a token', body: tokenBody,
    description: 'Issued again to the same person it gets another end; it stays blocked when it was.',
    order: (_params, { kind, expiresAt, ...token }) => ({
      kind: 'issue-tokens',
      tokens: [{ ...token, tokenKind: kind, expiresAtMs: expiresAt === null ? null : Date.parse(expiresAt) }],
    }),
  }),
  operation({
    id: 'importTokens', method: 'POST', path: '/api/v1/tokens/import', tag: 'users', permission: 'tokens:write',
    summary: 'Issues all tokens of a CSV text, or none', body: tokenFileBody, idempotent: true,
    description: `Up to ${MOST_TOKENS_OF_FILE} at once.`, bodyBytes: TOKEN_FILE_BYTES,
    success: { status: 200, what: 'They are issued.', body: orderAnswerSchema }, problems: ['refused'],
    async handle(ask, api) {
      const { tokens, lines: places, problems } = api.readTokenFile(ask.body.csv);
      if (problems.length > 0) {
        throw new Problem('bad-request', 'Nothing was issued: see errors.', {
          errors: problems.slice(0, 20).map(({ line, reason }) => ({ path: `line ${line}`, message: reason })),
        });
      }
      const order = { kind: 'issue-tokens' as const, tokens: [...tokens] };
      const given = orderOnce(api, ask, 'importTokens', order).catch((error: unknown) => {
        throw inFile(error, tokens.map(({ tokenId }, at) => ({ tokenId, line: places[at] ?? 0 })));
      });
      const { outcome, text, lines } = await given;
      return { status: 200, body: { outcome, text, lines } };
    },
  }),
  orderOperation({
    id: 'blockToken', path: `${TOKEN}/block`, tag: 'users', permission: 'tokens:block', params: tokenParams,
    exampleParams: CARD, summary: 'Blocks a token: it stands for nobody', body: noteBody,
    order: ({ tokenId }, { note }) => ({ kind: 'block-token', tokenId, userId: null, note }),
  }),
  orderOperation({
    id: 'unblockToken', path: `${TOKEN}/unblock`, tag: 'users', permission: 'tokens:write', params: tokenParams,
    exampleParams: CARD, summary: 'Lets a blocked token serve again', body: noteBody,
    order: ({ tokenId }, { note }) => ({ kind: 'unblock-token', tokenId, note }),
  }),
  orderOperation({
    id: 'removeToken', path: `${TOKEN}/remove`, tag: 'users', permission: 'tokens:write', params: tokenParams,
    exampleParams: CARD, summary: 'Removes a token', body: noteBody,
    order: ({ tokenId }, { note }) => ({ kind: 'remove-token', tokenId, note }),
  }),
];
