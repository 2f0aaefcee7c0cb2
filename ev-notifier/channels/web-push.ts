// Web push (RFC 8030, 8188, 8291, 8292): the text is encrypted for the browser, the request signed with our own key.
// The library makes the request; it leaves by `post` as all others do.
import { readFileSync, writeFileSync } from 'node:fs';
import webPush from 'web-push';
import { z } from 'zod';
import { Failure } from '../../shared/failure.ts';
import { ruleOf } from '../../shared/messages/notification.ts';
import { insistOnPrivate } from '../../shared/private-file.ts';
import { wordingOf } from '../words/letter.ts';
import { failure, type SendParcel } from './port.ts';
import { post } from './post.ts';

const vapidSchema = z.object({ publicKey: z.string().min(80).max(100), privateKey: z.string().min(40).max(60) });
export type VapidKeys = z.infer<typeof vapidSchema>;

/** @throws Failure */
export function readVapidKeys(file: string): VapidKeys {
  const how = 'make it with: ev-notifier admin vapid-keys FILE';
  let given: unknown;
  try {
    given = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Failure('bad-configuration', `cannot read ${file}: ${how}`, cause);
  }
  insistOnPrivate(file);
  const parsed = vapidSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new Failure('bad-configuration', `${file} holds no keys for web push: ${how}`);
}

/** Returns the public key, which a page needs to subscribe. @throws Failure when the file is there */
export function writeVapidKeys(file: string): string {
  const keys = webPush.generateVAPIDKeys();
  try {
    writeFileSync(file, `${JSON.stringify(keys)}\n`, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    throw new Failure('not-writable', `cannot make ${file}: give a file that is not there yet`, cause);
  }
  return keys.publicKey;
}

export type WebPushOptions = {
  readonly keys: VapidKeys; readonly subject: string;
  /** Push services; a host also stands for those under it. */
  readonly hosts: readonly string[];
  readonly nowMs: () => number;
};

export function webPushChannel({ keys, subject, hosts, nowMs }: WebPushOptions): SendParcel {
  return async ({ delivery: { deliveryId, target, expiresAtMs }, occasion, contact }) => {
    const subscription = contact?.push.find(({ subscriptionId }) => subscriptionId === target);
    if (contact === null || subscription === undefined) return failure('no such subscription any more', false);
    const { endpoint, p256dh, auth } = subscription;
    if (!isPushService(endpoint, hosts)) return failure('its address is no push service that is allowed here', false);
    const { subject: title, short } = wordingOf(occasion, contact);
    const payload = JSON.stringify({ id: deliveryId, kind: occasion.kind, title, body: short });
    let request: ReturnType<typeof webPush.generateRequestDetails>;
    try {
      request = webPush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, payload, {
        vapidDetails: { subject, ...keys }, contentEncoding: 'aes128gcm',
        TTL: Math.max(0, Math.floor((expiresAtMs - nowMs()) / 1_000)),
        urgency: ruleOf(occasion.kind).urgent ? 'high' : 'normal',
      });
    } catch {
      return failure('the keys of the subscription are no keys', false);
    }
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const { 'Content-Length': _length, ...rest } = headers;
    return post({ url: endpoint, headers: rest, body: request.body ?? '' }, nowMs);
  };
}

/** Whoever may choose any address could have us call machines that only we can reach. */
export function isPushService(endpoint: string, hosts: readonly string[]): boolean {
  const { protocol, hostname } = new URL(endpoint);
  const isKnown = hosts.some((host) => hostname === host || hostname.endsWith(`.${host}`));
  return isKnown && (protocol === 'https:' || hostname === '127.0.0.1');
}
