// Webhooks: third parties are told in JSON what happened, by ids, signed.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Failure } from '../../shared/failure.ts';
import { siteIdSchema } from '../../shared/ids.ts';
import { notificationKindSchema } from '../../shared/messages/notification.ts';
import { insistOnPrivate } from '../../shared/private-file.ts';
import { isPrivateAddress } from '../../shared/wire/private-address.ts';
import type { Occasion } from '../core/rows.ts';
import type { Endpoint } from '../core/state.ts';
import { insistOnHttps } from './http-message.ts';
import { failure, type SendParcel } from './port.ts';
import { post } from './post.ts';
import { signWebhook, webhookSecret } from './webhook-signature.ts';

const secretSchema = z.string()
  .refine((text) => webhookSecret(text) !== undefined, 'must be whsec_ and 24 to 64 bytes in base64');
const endpointSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be small letters, digits and "-"'),
  url: z.url({ protocol: /^https?$/ }),
  secret: secretSchema,
  /** That before it, while the receiver changes over: signed with both. */
  oldSecret: secretSchema.nullable().default(null),
  kinds: z.array(notificationKindSchema).min(1).nullable().default(null),
  sites: z.array(siteIdSchema).min(1).nullable().default(null),
});
export type WebhookEndpoint = Endpoint & {
  readonly url: string;
  /** The newest first. */
  readonly secrets: readonly Buffer[];
};

/** @throws Failure */
export function readWebhooks(file: string, insecure: boolean): WebhookEndpoint[] {
  let given: unknown;
  try {
    given = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Failure('bad-configuration', `cannot read ${file}: it is a JSON file [{"name","url","secret"}]`, cause);
  }
  insistOnPrivate(file);
  const parsed = z.array(endpointSchema).max(100).safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join('.') ?? '';
    throw new Failure('bad-configuration', `${file}: ${where} ${issue?.message ?? 'is not valid'}`);
  }
  const names = parsed.data.map(({ name }) => name);
  if (new Set(names).size < names.length) throw new Failure('bad-configuration', `${file}: two webhooks have one name`);
  return parsed.data.map(({ secret, oldSecret, ...rest }) => {
    insistOnHttps(rest.url, `the webhook ${rest.name}`, insecure);
    const secrets = [secret, oldSecret].flatMap((text) => (text === null ? [] : webhookSecret(text) ?? []));
    return { ...rest, secrets };
  });
}

export type WebhookOptions = {
  readonly nowMs: () => number;
  /** Also to addresses of private networks and of this machine. */
  readonly toPrivate: boolean;
};

export function webhookChannel(
  endpoints: readonly WebhookEndpoint[], { nowMs, toPrivate }: WebhookOptions,
): SendParcel {
  const byName = new Map(endpoints.map((each) => [each.name, each]));
  return async ({ delivery: { deliveryId, target }, occasion }) => {
    const endpoint = byName.get(target);
    if (endpoint === undefined) return failure('there is no such webhook any more', false);
    const body = bodyOf(occasion);
    // Signed anew at each attempt: an old timestamp would be refused. The id stays.
    const signed = signWebhook(endpoint.secrets, { id: deliveryId, atMs: nowMs(), body });
    return post({
      url: endpoint.url, body,
      headers: { 'content-type': 'application/json', 'idempotency-key': deliveryId, ...signed },
      ...(toPrivate ? {} : { mayReach: (address: string) => !isPrivateAddress(address) }),
    }, nowMs);
  };
}

/** Ids and quantities: a third party gets no name and no address. */
export function bodyOf({ occasionId, kind, siteId, userIds, facts, happenedAtMs }: Occasion): string {
  const data = Object.fromEntries(Object.entries(facts).map(([name, value]) => (name.endsWith('Ms')
    ? [name.slice(0, -2), typeof value === 'number' ? new Date(value).toISOString() : value] : [name, value])));
  return JSON.stringify({
    type: kind, id: occasionId, timestamp: new Date(happenedAtMs).toISOString(), data: { siteId, userIds, ...data },
  });
}
