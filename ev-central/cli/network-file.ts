// A network in one JSON file: tariffs, sites, points and users, with secrets, passwords and PINs given or generated.
// Loading it again changes what is there and adds what is missing; nothing is removed, nothing is topped up twice.
import { chmodSync, existsSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { Failure } from '../../shared/failure.ts';
import { userIdSchema } from '../../shared/ids.ts';
import { readJsonFile } from '../../shared/json-file.ts';
import { networkTariffSchema } from '../../shared/messages/ocpi-tariff.ts';
import type { Order } from '../../shared/messages/orders.ts';
import { pointRowSchema, siteRowSchema, userLimitsSchema } from '../../shared/messages/orders.ts';
import { amountMinorSchema, priorityClassSchema, roleSchema } from '../../shared/messages/values.ts';
import { currency, currencySchema } from '../../shared/money.ts';
import { hashSecret, parseSecret } from '../../shared/point-proof.ts';
import { hashPassword, hashPin, makePassword, makePin, makePointSecret } from './credentials.ts';
import type { OrderDesk, OrderOutcome } from './order-desk.ts';
import { readList } from './order-desk.ts';

const networkSchema = z.strictObject({
  /** Free text for whoever reads the file. */
  about: z.string().default(''),
  tariffs: z.array(networkTariffSchema).default([]),
  sites: z.array(siteRowSchema).default([]),
  points: z.array(pointRowSchema.extend({
    /** 32 bytes as base64url; without it one is generated for a new point. */
    secret: z.string().refine((text) => parseSecret(text) !== undefined, 'must be 32 bytes as base64url').optional(),
  })).default([]),
  users: z.array(z.strictObject({
    userId: userIdSchema,
    role: roleSchema.default('user'),
    active: z.boolean().default(true),
    priorityClass: priorityClassSchema.default('normal'),
    limits: userLimitsSchema.default({ sessionsAtOnce: 1, maxPowerW: null, hours: null }),
    currency: currencySchema.default(currency('EUR')),
    /** Without it one is generated for a new user. */
    password: z.string().optional(),
    pin: z.string().optional(),
    /** Booked when the user is new. */
    balanceMinor: amountMinorSchema.default(0),
  })).default([]),
});
export type Network = z.infer<typeof networkSchema>;

/** What was generated or given for the new ones, by id. */
export type NetworkSecrets = {
  readonly points: Readonly<Record<string, string>>;
  readonly users: Readonly<Record<string, { readonly password: string; readonly pin: string }>>;
};
export type LoadedNetwork = {
  readonly secrets: NetworkSecrets;
  readonly given: number;
  /** What was refused: the thing, and why. */
  readonly refused: readonly { readonly what: string; readonly why: string }[];
};

/** Reads a network file. Throws `Failure('bad-configuration')` that names the bad field. */
export function readNetworkFile(file: string): Network {
  const value = readJsonFile(file, 'the network file');
  const parsed = networkSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.join('.') ?? '';
  throw new Failure('bad-configuration', `${file}: ${where}: ${issue?.message ?? 'is not valid'}`);
}

/** Gives the orders that make the network. */
export async function loadNetwork(
  desk: OrderDesk, network: Network, { bcryptCost }: { bcryptCost: number },
): Promise<LoadedNetwork> {
  const knownUsers = new Set((await readList(desk, 'users')).map((row) => String(row['userId'])));
  const knownPoints = new Set((await readList(desk, 'points')).map((row) => String(row['pointId'])));
  const points: Record<string, string> = {};
  const users: Record<string, { password: string; pin: string }> = {};
  const orders: { what: string; order: Order }[] = [
    ...network.tariffs.map((tariff) =>
      ({ what: `tariff ${tariff.id}`, order: { kind: 'put-tariff', tariff } as const })),
    ...network.sites.map((site) => ({ what: `site ${site.siteId}`, order: { kind: 'put-site', site } as const })),
  ];
  for (const { secret, ...point } of network.points) {
    const fresh = secret === undefined && !knownPoints.has(point.pointId) ? makePointSecret() : null;
    const text = secret ?? fresh?.text;
    if (text !== undefined) points[point.pointId] = text;
    const secretSha256 = fresh?.sha256Base64 ?? (secret === undefined ? null : hashOfText(secret));
    orders.push({ what: `point ${point.pointId}`, order: { kind: 'put-point', point, secretSha256 } });
  }
  const userOrders = await Promise.all(network.users.map(async ({ password, pin, balanceMinor, ...user }) => {
    const isNew = !knownUsers.has(user.userId);
    const used = { password: password ?? (isNew ? makePassword() : null), pin: pin ?? (isNew ? makePin() : null) };
    if (used.password !== null && used.pin !== null) users[user.userId] = { password: used.password, pin: used.pin };
    const put: Order = {
      kind: 'put-user', user,
      passwordHash: used.password === null ? null : await hashPassword(used.password, bcryptCost),
      pinHash: used.pin === null ? null : await hashPin(used.pin, bcryptCost),
    };
    const book: Order = {
      kind: 'book', userId: user.userId, amountMinor: balanceMinor, reason: 'opening balance', as: 'opening',
    };
    return isNew && balanceMinor !== 0 ? [put, book] : [put];
  }));
  for (const order of userOrders.flat()) {
    const id = order.kind === 'put-user' ? order.user.userId : order.kind === 'book' ? order.userId : '';
    orders.push({ what: `user ${id}`, order });
  }
  const outcomes = await desk.orders(orders.map(({ order }) => order));
  return { secrets: { points, users }, given: orders.length, refused: refusals(orders, outcomes) };
}

/** Writes secrets to a file that only its owner can read; what the file already holds for others stays. */
export function writeSecrets(file: string, secrets: NetworkSecrets): void {
  const draft = `${file}.${process.pid}`;
  const known = readSecrets(file);
  try {
    const all = { points: { ...known.points, ...secrets.points }, users: { ...known.users, ...secrets.users } };
    writeFileSync(draft, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 });
    chmodSync(draft, 0o600);
    renameSync(draft, file);
  } catch (cause) {
    throw new Failure('not-writable', `cannot write the secrets to ${file}: give another --secrets-out`, cause);
  }
}

function readSecrets(file: string): NetworkSecrets {
  if (!existsSync(file)) return { points: {}, users: {} };
  return readJsonFile(file, 'the file of secrets') as NetworkSecrets;
}

function hashOfText(text: string): string | null {
  const secret = parseSecret(text);
  return secret === undefined ? null : hashSecret(secret).toString('base64');
}

function refusals(
  orders: readonly { what: string }[], outcomes: readonly OrderOutcome[],
): { what: string; why: string }[] {
  return orders.flatMap(({ what }, i) => {
    const outcome = outcomes[i];
    return outcome?.outcome === 'refused' ? [{ what, why: outcome.text }] : [];
  });
}
