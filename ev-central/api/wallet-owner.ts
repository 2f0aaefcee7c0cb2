// Whose wallet an operation is about: a user, a group, or whoever asks. What wallets and their statements have in
// common stands here once.
import { z } from 'zod';
import { type Account, groupWallet, userWallet } from '../../shared/account.ts';
import { groupIdSchema, userIdSchema } from '../../shared/ids.ts';
import type { Currency } from '../../shared/money.ts';
import type { State } from '../core/state.ts';
import { callerIn } from './asking.ts';
import type { Api, Ask, Tag } from './operation.ts';
import type { Permission } from './permission.ts';
import { Problem } from './problem.ts';

type AnyAsk = Ask<unknown, unknown, unknown>;
export type Owner = { account: Account; balanceMinor: number; heldMinor: number; currency: Currency };

export type OwnerOf = {
  readonly noun: string; readonly path: string; readonly tag: Tag; readonly permission: Permission;
  readonly params: z.ZodObject; readonly exampleParams: Readonly<Record<string, string>>;
  /** Throws the problem that there is none. */
  readonly owner: (ask: AnyAsk, api: Api) => Owner;
};

export const userParams = z.strictObject({ userId: userIdSchema });
export const groupParams = z.strictObject({ groupId: groupIdSchema });

export const WALLET_OWNERS: readonly OwnerOf[] = [
  named('User', userParams, { userId: 'ana' }, {
    path: '/api/v1/users/{userId}', tag: 'users', permission: 'money:read',
    find: ({ userId }, { users }) => ownerOf(users.get(userId), userWallet(userId)),
  }),
  named('Group', groupParams, { groupId: 'fleet' }, {
    path: '/api/v1/groups/{groupId}', tag: 'groups', permission: 'groups:read',
    find: ({ groupId }, { groups }) => ownerOf(groups.get(groupId), groupWallet(groupId)),
  }),
  {
    noun: 'My', path: '/api/v1/me', tag: 'me', permission: 'self:read', params: z.strictObject({}), exampleParams: {},
    owner: (ask, { state }) => {
      const { userId } = callerIn(ask);
      return { ...state.users.must(userId), account: userWallet(userId) };
    },
  },
];

/** An owner whom the address names. */
function named<P extends z.ZodObject>(
  noun: string, params: P, exampleParams: Readonly<Record<string, string>>,
  { find, ...where }: Pick<OwnerOf, 'path' | 'tag' | 'permission'> & {
    readonly find: (params: z.output<P>, state: State) => Owner | undefined;
  },
): OwnerOf {
  return {
    noun, params, exampleParams, ...where,
    owner: (ask, { state }) => {
      const found = find(ask.params as z.output<P>, state);
      if (found === undefined) throw new Problem('not-found', `There is no such ${noun.toLowerCase()}.`);
      return found;
    },
  };
}

function ownerOf(wallet: Omit<Owner, 'account'> | undefined, account: Account): Owner | undefined {
  return wallet === undefined ? undefined : { ...wallet, account };
}
