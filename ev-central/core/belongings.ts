// What belongs to a person: her vehicles, and the cards, apps and QR codes that stand for her.
import { assertNever } from '../../shared/assert.ts';
import type { Order, OrderKind } from '../../shared/messages/orders.ts';
import { vehicleKey } from './account-rows.ts';
import { done, refused, type Result } from './order-result.ts';
import type { Step } from './step.ts';

type OrderOf<K extends OrderKind> = Extract<Order, { kind: K }>;
export type BelongingOrder = OrderOf<'put-vehicle' | 'remove-vehicle' | 'issue-token' | 'block-token' | 'remove-token'>;

/** Vehicles of one person, and tokens of one person: nobody has more. */
export const MOST_BELONGINGS = 50;

export function belongingOrder(step: Step, order: BelongingOrder): Result {
  const { users, vehicles, tokens } = step.state;
  if ('userId' in order && users.get(order.userId) === undefined) return refused(`no such user: ${order.userId}`);
  switch (order.kind) {
    case 'put-vehicle': {
      const row = { ...order.vehicle, userId: order.userId };
      const isNew = vehicles.get(vehicleKey(row)) === undefined;
      if (isNew && countOf(vehicles.values(), order.userId) >= MOST_BELONGINGS) return tooMany(order.userId, 'vehicles');
      vehicles.put(row);
      return done(`vehicle ${order.vehicle.vehicleId} of ${order.userId} is registered`);
    }
    case 'remove-vehicle': {
      if (vehicles.get(vehicleKey(order)) === undefined) return refused(`no such vehicle: ${order.vehicleId}`);
      vehicles.remove(vehicleKey(order));
      return done(`vehicle ${order.vehicleId} of ${order.userId} is removed`);
    }
    case 'issue-token': return issueToken(step, order);
    case 'block-token': {
      const token = tokens.get(order.tokenId);
      if (token === undefined) return refused(`no such token: ${order.tokenId}`);
      tokens.put({ ...token, blocked: order.blocked });
      return done(`token ${order.tokenId} of ${token.userId} is ${order.blocked ? 'blocked' : 'no longer blocked'}`);
    }
    case 'remove-token': {
      if (tokens.get(order.tokenId) === undefined) return refused(`no such token: ${order.tokenId}`);
      tokens.remove(order.tokenId);
      return done(`token ${order.tokenId} is removed`);
    }
    default: return assertNever(order, 'order about belongings');
  }
}

/** A token that is issued again to the same person may get another end; it stays blocked when it was. */
function issueToken(step: Step, order: OrderOf<'issue-token'>): Result {
  const { tokens } = step.state;
  const { tokenId, userId, tokenKind, expiresAtMs } = order;
  const known = tokens.get(tokenId);
  if (known !== undefined && known.userId !== userId) return refused(`token ${tokenId} belongs to another person`);
  if (known === undefined && countOf(tokens.values(), userId) >= MOST_BELONGINGS) return tooMany(userId, 'tokens');
  if (expiresAtMs !== null && expiresAtMs <= step.now) return refused('a token expires in the future');
  tokens.put({
    tokenId, userId, kind: tokenKind, blocked: known?.blocked ?? false, expiresAtMs,
    issuedAtMs: known?.issuedAtMs ?? step.now,
  });
  return done(`token ${tokenId} stands for ${userId}`);
}

function countOf(rows: Iterable<{ readonly userId: string }>, userId: string): number {
  let count = 0;
  for (const row of rows) if (row.userId === userId) count += 1;
  return count;
}

function tooMany(userId: string, what: string): Result {
  return refused(`${userId} has ${MOST_BELONGINGS} ${what}: remove one first`);
}
