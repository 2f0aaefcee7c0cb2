// What belongs to a person: her vehicles, and the cards, apps and QR codes that stand for her.
import { assertNever } from '../../shared/assert.ts';
import type { UserId } from '../../shared/ids.ts';
import { MOST_TOKENS_AT_ONCE, type NewToken } from '../../shared/messages/accounts.ts';
import type { Order, OrderKind } from '../../shared/messages/orders.ts';
import { type ChargeToken, vehicleKey } from './account-rows.ts';
import { counted, done, refused, type Result } from './order-result.ts';
import type { State } from './state.ts';
import type { Step } from './step.ts';

type OrderOf<K extends OrderKind> = Extract<Order, { kind: K }>;
export type BelongingOrder = OrderOf<
  'put-vehicle' | 'remove-vehicle' | 'issue-tokens' | 'block-token' | 'unblock-token' | 'remove-token'
>;

/** Vehicles of one person, and tokens of one person: nobody has more. */
export const MOST_BELONGINGS = 50;

export function belongingOrder(step: Step, order: BelongingOrder): Result {
  switch (order.kind) {
    case 'put-vehicle': return putVehicle(step, order);
    case 'remove-vehicle': {
      const { vehicles } = step.state;
      if (vehicles.get(vehicleKey(order)) === undefined) return refused(`no such vehicle: ${order.vehicleId}`);
      vehicles.remove(vehicleKey(order));
      return done(`vehicle ${order.vehicleId} of ${order.userId} is removed`);
    }
    case 'issue-tokens': return issueTokens(step, order.tokens);
    case 'block-token': case 'unblock-token': return blockToken(step, order);
    case 'remove-token': {
      if (step.state.tokens.get(order.tokenId) === undefined) return refused(`no such token: ${order.tokenId}`);
      step.state.tokens.remove(order.tokenId);
      return done(`token ${order.tokenId} is removed`);
    }
    default: return assertNever(order, 'order about belongings');
  }
}

/** Whom a token stands for now; undefined: it is unknown, blocked or expired. */
export function bearerOf({ tokens }: State, tokenId: string, now: number): UserId | undefined {
  const token = tokens.get(normalTokenId(tokenId));
  return token === undefined || token.blocked || isExpired(token, now) ? undefined : token.userId;
}

export function isExpired({ expiresAtMs }: Pick<ChargeToken, 'expiresAtMs'>, now: number): boolean {
  return expiresAtMs !== null && expiresAtMs <= now;
}

/** Readers write the uid of one card in small or in capital letters. */
function normalTokenId(tokenId: string): string {
  return /^[0-9a-f]+$/i.test(tokenId) ? tokenId.toUpperCase() : tokenId;
}

function putVehicle(step: Step, { userId, vehicle }: OrderOf<'put-vehicle'>): Result {
  const { users, vehicles } = step.state;
  if (users.get(userId) === undefined) return refused(`no such user: ${userId}`);
  const row = { ...vehicle, userId };
  const isNew = vehicles.get(vehicleKey(row)) === undefined;
  if (isNew && countOf(vehicles.values(), userId) >= MOST_BELONGINGS) {
    return refused(`${userId} has ${MOST_BELONGINGS} vehicles: remove one first`);
  }
  vehicles.put(row);
  return done(`vehicle ${vehicle.vehicleId} of ${userId} is registered`);
}

/** All of them or none: what is wrong is named line by line, and then nothing is issued. */
function issueTokens(step: Step, tokens: readonly NewToken[]): Result {
  const news = tokens.map((token) => ({ ...token, tokenId: normalTokenId(token.tokenId) }));
  const counts = countsOf(step.state.tokens.values());
  const seen = new Set<string>();
  const lines = news.flatMap((token) => {
    const objection = objectionTo(step, token, seen, counts);
    return objection === null ? [] : [{ what: token.tokenId, outcome: objection }];
  });
  if (lines.length > 0) {
    const text = lines.length === 1 && news.length === 1 ? lines[0]?.outcome ?? ''
      : `${lines.length} of ${counted(news.length, 'token')} cannot be issued: none was`;
    return refused(text, lines.slice(0, MOST_TOKENS_AT_ONCE));
  }
  for (const { tokenId, userId, tokenKind, expiresAtMs } of news) {
    const known = step.state.tokens.get(tokenId);
    step.state.tokens.put({
      tokenId, userId, kind: tokenKind, blocked: known?.blocked ?? false, expiresAtMs,
      issuedAtMs: known?.issuedAtMs ?? step.now,
    });
  }
  const only = news.length === 1 ? news[0] : undefined;
  return done(only === undefined
    ? `${counted(news.length, 'token')} issued` : `token ${only.tokenId} stands for ${only.userId}`);
}

/**
 * A token that is issued again to the same person may get another end; it stays blocked when it was. `seen`: the ids
 * before it; `counts`: how many each person has with those.
 */
function objectionTo(
  step: Step, { tokenId, userId, expiresAtMs }: NewToken, seen: Set<string>, counts: Map<string, number>,
): string | null {
  const { users, tokens } = step.state;
  const isTwice = seen.has(tokenId);
  seen.add(tokenId);
  if (users.get(userId) === undefined) return `no such user: ${userId}`;
  if (users.get(tokenId as UserId) !== undefined) return `token ${tokenId} has the id of a user`;
  const known = tokens.get(tokenId);
  if (known !== undefined && known.userId !== userId) return `token ${tokenId} belongs to another person`;
  if (isTwice) return `token ${tokenId} stands there twice`;
  if (expiresAtMs !== null && expiresAtMs <= step.now) return `token ${tokenId} would have expired already`;
  if (known !== undefined) return null;
  const count = (counts.get(userId) ?? 0) + 1;
  counts.set(userId, count);
  return count > MOST_BELONGINGS ? `${userId} would have more than ${MOST_BELONGINGS} tokens` : null;
}

/** One that is lost is blocked by whose it is, too; only who may issue tokens lets one serve again. */
function blockToken(step: Step, order: OrderOf<'block-token' | 'unblock-token'>): Result {
  const { tokens } = step.state;
  const token = tokens.get(normalTokenId(order.tokenId));
  const isOthers = order.kind === 'block-token' && order.userId !== null && token?.userId !== order.userId;
  if (token === undefined || isOthers) return refused(`no such token: ${order.tokenId}`);
  const blocked = order.kind === 'block-token';
  tokens.put({ ...token, blocked });
  return done(`token ${token.tokenId} of ${token.userId} is ${blocked ? 'blocked' : 'no longer blocked'}`);
}

function countsOf(rows: Iterable<{ readonly userId: string }>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { userId } of rows) counts.set(userId, (counts.get(userId) ?? 0) + 1);
  return counts;
}

function countOf(rows: Iterable<{ readonly userId: string }>, userId: string): number {
  let count = 0;
  for (const row of rows) if (row.userId === userId) count += 1;
  return count;
}
