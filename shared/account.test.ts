import { describe, expect, it } from 'vitest';
import {
  type Account, accountSchema, CASH, gatewayAccount, groupWallet, parseAccount, revenueOf, userWallet, VAT,
  walletSchema,
} from './account.ts';
import { groupId, siteId, userId } from './ids.ts';

describe('an account', () => {
  it.each<[Account, unknown]>([
    [userWallet(userId('ana')), { kind: 'user-wallet', userId: 'ana' }],
    [userWallet(userId('group:x')), { kind: 'user-wallet', userId: 'group:x' }],
    [groupWallet(groupId('fleet:north')), { kind: 'group-wallet', groupId: 'fleet:north' }],
    [revenueOf(siteId('ALC')), { kind: 'revenue', siteId: 'ALC' }],
    [gatewayAccount('stripe'), { kind: 'gateway', name: 'stripe' }],
    [VAT, { kind: 'vat' }], [CASH, { kind: 'cash' }],
  ])('%s is read as what it was made of', (account, parts) => {
    expect(parseAccount(account)).toEqual(parts);
    expect(accountSchema.parse(account)).toBe(account);
  });

  it.each(['', 'wallet:ana', 'wallet:user:', 'wallet:user:a b', 'revenue', 'revenue:', 'Vat', 'gateway:-x', 'bank'])(
    '"%s" is none', (text) => {
      expect(parseAccount(text)).toBeUndefined();
      expect(accountSchema.safeParse(text).success).toBe(false);
    });

  it('is a wallet only when a person or a group owns it', () => {
    expect(walletSchema.safeParse('wallet:group:smiths').success).toBe(true);
    expect(walletSchema.safeParse('revenue:ALC').success).toBe(false);
  });
});
