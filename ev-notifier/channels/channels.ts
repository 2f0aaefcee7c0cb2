// The ways out that are set up here.
import { readFileSync } from 'node:fs';
import { Failure } from '../../shared/failure.ts';
import type { ConfigOf } from '../../shared/config.ts';
import type { Channel } from '../core/rows.ts';
import type { Endpoint } from '../core/state.ts';
import type { NOTIFIER_SETTINGS } from '../settings.ts';
import { emailChannel } from './email.ts';
import { httpMessageChannel } from './http-message.ts';
import type { Channels, SendParcel } from './port.ts';
import { readVapidKeys, webPushChannel } from './web-push.ts';
import { readWebhooks, webhookChannel } from './webhook.ts';

export type NotifierConfig = ConfigOf<typeof NOTIFIER_SETTINGS>;

/** @throws Failure when the settings make no sense. */
export function openChannels(
  config: NotifierConfig, nowMs: () => number,
): Channels & { readonly endpoints: readonly Endpoint[] } {
  const { smtpUrl, mailFrom: from, insecure, vapidFile, vapidSubject: subject, pushHosts } = config;
  const senders = new Map<Channel, SendParcel>();
  const closers: (() => void)[] = [];
  if (smtpUrl !== null) {
    const password = firstLine(config.smtpPasswordFile);
    const { send, close } = emailChannel({ url: smtpUrl, password, from, insecure });
    senders.set('email', send);
    closers.push(close);
  }
  for (const channel of ['sms', 'chat'] as const) {
    const url = channel === 'sms' ? config.smsUrl : config.chatUrl;
    if (url === null) continue;
    const template = channel === 'sms' ? config.smsTemplate : config.chatTemplate;
    const token = firstLine(channel === 'sms' ? config.smsTokenFile : config.chatTokenFile);
    senders.set(channel, httpMessageChannel({ channel, url, template, token, nowMs, insecure }));
  }
  if (vapidFile !== null) {
    const hosts = pushHosts.split(',').map((host) => host.trim()).filter((host) => host !== '');
    senders.set('push', webPushChannel({ keys: readVapidKeys(vapidFile), subject, hosts, nowMs }));
  }
  const webhooks = config.webhooks === null ? [] : readWebhooks(config.webhooks, insecure);
  if (webhooks.length > 0) {
    senders.set('webhook', webhookChannel(webhooks, { nowMs, toPrivate: config.privateWebhooks }));
  }
  const endpoints = webhooks.map(({ name, kinds, sites }) => ({ name, kinds, sites }));
  return { senders, endpoints, close: () => closers.forEach((close) => close()) };
}

function firstLine(file: string | null): string | null {
  if (file === null) return null;
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/)[0] ?? '';
  } catch (cause) {
    throw new Failure('bad-configuration', `cannot read ${file}: give a file that this user may read`, cause);
  }
}
