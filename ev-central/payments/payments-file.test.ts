import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from './gateway-for-tests.ts';
import { NO_PAYMENTS, openPayments } from './payments-file.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
  writeFileSync(join(folder.dir, 'api.key'), 'the-api-key\n', { mode: 0o600 });
});
afterEach(() => folder.remove());

const LOCAL = {
  kind: 'local', url: 'http://127.0.0.1:7080/', apiKey: { file: 'api.key' }, webhookSecret: { env: 'HOOK' },
};
const WHOLE = { gateways: { demo: LOCAL }, rules: [{ gateway: 'demo', currencies: ['EUR'] }] };

function open(content: unknown, env: Record<string, string> = { HOOK: 'the-hook-secret' }) {
  const file = join(folder.dir, 'payments.json');
  writeFileSync(file, JSON.stringify(content));
  return openPayments(file, { env, nowMs: () => 0 });
}

describe('the payments file', () => {
  test('names gateways, where their secrets stand, and which takes what', () => {
    const { gateways, rules } = open(WHOLE);
    expect([...gateways.keys()]).toEqual(['demo']);
    expect(rules).toEqual([{ gateway: 'demo', countries: null, currencies: ['EUR'], users: null }]);
  });

  test('names Stripe with its secrets in files or variables', () => {
    const stripe = { kind: 'stripe', secretKey: { file: 'api.key' }, webhookSecret: { env: 'HOOK' } };
    const { gateways } = open({ gateways: { stripe }, rules: [{ gateway: 'stripe' }] });
    expect(gateways.get('stripe')?.name).toBe('stripe');
  });

  test('is not needed: then there is no gateway', () => {
    expect(openPayments(null, { env: {}, nowMs: () => 0 })).toBe(NO_PAYMENTS);
  });

  test.each([
    ['a rule for a gateway that is not there', { ...WHOLE, rules: [{ gateway: 'paypal' }] }, /the gateway paypal/],
    ['a key that it does not know', { ...WHOLE, rule: [] }, /rule/],
    ['a kind that there is not', { ...WHOLE, gateways: { demo: { ...LOCAL, kind: 'bank' } } }, /gateways\.demo\.kind/],
    ['a country that is none', { ...WHOLE, rules: [{ gateway: 'demo', countries: ['Spain'] }] }, /must be a code/],
    ['a secret in the file itself', { ...WHOLE, gateways: { demo: { ...LOCAL, apiKey: 'sk-1' } } }, /"file"/],
    ['a secret file that is not there', {
      ...WHOLE, gateways: { demo: { ...LOCAL, apiKey: { file: 'nowhere' } } },
    }, /cannot read the secret file/],
    ['no rule', { ...WHOLE, rules: [] }, /rules/],
  ])('with %s is refused in words that name the place', (_what, content, words) => {
    expect(() => open(content)).toThrow(words);
  });

  test('wants its variables set, and its secret files to be their owner\'s alone', () => {
    expect(() => open(WHOLE, {})).toThrow(/HOOK/);
    writeFileSync(join(folder.dir, 'open.key'), 'x', { mode: 0o644 });
    const gateways = { demo: { ...LOCAL, apiKey: { file: 'open.key' } } };
    expect(() => open({ ...WHOLE, gateways })).toThrow(/chmod 600/);
  });
});
