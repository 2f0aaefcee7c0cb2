// `--payments FILE`: which payment gateways there are, where their secrets stand, and which takes what. Secrets stand
// in files of their own (0600) or in variables, never in this file.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { Failure } from '../../shared/failure.ts';
import { userIdSchema } from '../../shared/ids.ts';
import { readJsonFile } from '../../shared/json-file.ts';
import { currencySchema } from '../../shared/money.ts';
import { insistOnPrivate } from '../../shared/private-file.ts';
import type { PaymentRule } from '../core/payment-rules.ts';
import { createLocalGateway } from './local/local-gateway.ts';
import type { PaymentGateway } from './port.ts';
import { createStripeGateway } from './stripe/stripe-gateway.ts';

const secretSchema = z.union([
  z.strictObject({ file: z.string().min(1) }), z.strictObject({ env: z.string().regex(/^[A-Z][A-Z0-9_]*$/) }),
], 'must be { "file": "…" } or { "env": "…" }');

const gatewaySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('local'), url: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, '')),
    apiKey: secretSchema, webhookSecret: secretSchema,
  }),
  z.strictObject({
    kind: z.literal('stripe'), secretKey: secretSchema, webhookSecret: secretSchema,
    /** Where a payer comes back to from her bank. */
    returnUrl: z.url({ protocol: /^https?$/ }).nullable().default(null),
  }),
]);
type GatewayEntry = z.infer<typeof gatewaySchema>;

const listOf = <S extends z.ZodType>(each: S) => z.array(each).min(1).nullable().default(null);
const fileSchema = z.strictObject({
  gateways: z.record(z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'small letters, digits and "-"'), gatewaySchema),
  /** The first one that fits a payment. */
  rules: z.array(z.strictObject({
    gateway: z.string(),
    countries: listOf(z.string().regex(/^[A-Z]{2}$/, 'must be a code such as ES')),
    currencies: listOf(currencySchema),
    users: listOf(userIdSchema),
  })).min(1),
});

export type Payments = {
  readonly gateways: ReadonlyMap<string, PaymentGateway>; readonly rules: readonly PaymentRule[];
};
export const NO_PAYMENTS: Payments = { gateways: new Map(), rules: [] };

type Outside = { readonly env: Readonly<Record<string, string | undefined>>; readonly nowMs: () => number };

/** Reads the file and its secrets. Throws `Failure('bad-configuration')`, without any secret in its words. */
export function openPayments(file: string | null, outside: Outside): Payments {
  if (file === null) return NO_PAYMENTS;
  const what = 'the payments file';
  const parsed = fileSchema.safeParse(readJsonFile(file, what));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw bad(`${what} ${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`);
  }
  const { gateways, rules } = parsed.data;
  const stray = rules.find(({ gateway }) => !Object.hasOwn(gateways, gateway));
  if (stray !== undefined) {
    const known = Object.keys(gateways).join(', ');
    throw bad(`${what} ${file}: a rule names the gateway ${stray.gateway}; there are ${known}`);
  }
  const secret = (from: z.infer<typeof secretSchema>): string => readSecret(from, file, outside);
  const opened = Object.entries(gateways).map(([name, entry]) =>
    [name, openGateway(name, entry, secret, outside)] as const);
  return { gateways: new Map(opened), rules };
}

function openGateway(
  name: string, entry: GatewayEntry, secret: (from: z.infer<typeof secretSchema>) => string, { nowMs }: Outside,
): PaymentGateway {
  switch (entry.kind) {
    case 'local': return createLocalGateway({
      name, url: entry.url, apiKey: secret(entry.apiKey), webhookSecret: secret(entry.webhookSecret), nowMs,
    });
    case 'stripe': return createStripeGateway({
      name, secretKey: secret(entry.secretKey), webhookSecret: secret(entry.webhookSecret),
      returnUrl: entry.returnUrl, nowMs,
    });
  }
}

/** A secret file stands beside the payments file, unless its name says otherwise. */
function readSecret(from: z.infer<typeof secretSchema>, paymentsFile: string, { env }: Outside): string {
  if ('env' in from) {
    const value = env[from.env]?.trim() ?? '';
    if (value === '') throw bad(`the payments file ${paymentsFile} wants a secret from ${from.env}: set that variable`);
    return value;
  }
  const file = resolve(dirname(paymentsFile), from.file);
  insistOnPrivate(file);
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new Failure('bad-configuration', `cannot read the secret file ${file}: name a file that is there`, cause);
  }
  if (text === '') throw bad(`the secret file ${file} is empty`);
  return text;
}

function bad(message: string): Failure {
  return new Failure('bad-configuration', message);
}
