// The settings of the notifier. A channel without its settings is not used.
import { z } from 'zod';
import { centralLinkSettings, commonSettings } from '../shared/common-settings.ts';
import { addressSchema, flagSchema, setting, wholeNumberSchema } from '../shared/config.ts';

const text = z.string().min(1);
const file = text.nullable().describe('file');
const url = z.url({ protocol: /^https?$/ }).nullable().describe('url');
const atLeastOne = wholeNumberSchema.pipe(z.number().min(1)).describe('number');

/** Of the push services of today's browsers; a host also stands for those under it. */
const PUSH_HOSTS = 'fcm.googleapis.com,push.services.mozilla.com,notify.windows.com,push.apple.com';

export const NOTIFIER_SETTINGS = {
  brokers: setting({
    flag: 'kafka-brokers', env: 'KAFKA_BROKERS', schema: text.describe('host:port,…'), default: '127.0.0.1:9092',
    argument: 0, describe: 'the Kafka brokers',
  }),
  central: setting({
    flag: 'central', env: 'EV_NOTIFIER_CENTRAL', schema: addressSchema, default: '127.0.0.1:7010', argument: 1,
    describe: 'address of EV_Central',
  }),
  topicPrefix: setting({
    flag: 'topic-prefix', env: 'EV_TOPIC_PREFIX', default: 'ev',
    schema: z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,60}$/, 'letters, digits, ".", "_" and "-"'),
    describe: 'begins the names of the topics, as at EV_Central',
  }),
  serviceKeyFile: setting({
    flag: 'service-key-file', env: 'EV_NOTIFIER_SERVICE_KEY_FILE', schema: file, default: null,
    describe: 'what "ev-central admin service-key notifier --json" printed, one key a line, the newest first (0600)',
  }),
  dataDir: setting({
    flag: 'data-dir', env: 'EV_NOTIFIER_DATA_DIR', schema: text.describe('folder'), default: 'var/notifier',
    describe: 'where its database is',
  }),
  smtpUrl: setting({
    flag: 'smtp-url', env: 'EV_NOTIFIER_SMTP_URL', schema: text.nullable().describe('url'), default: null,
    describe: 'the mail server: smtp://user@host:port or smtps://user@host:port; without it no e-mail is sent',
  }),
  smtpPasswordFile: setting({
    flag: 'smtp-password-file', env: 'EV_NOTIFIER_SMTP_PASSWORD_FILE', schema: file, default: null,
    describe: 'a file whose first line is its password',
  }),
  mailFrom: setting({
    flag: 'mail-from', env: 'EV_NOTIFIER_MAIL_FROM', schema: text.describe('address'),
    default: 'EV network <ev-notifier@localhost>', describe: 'the sender of e-mails',
  }),
  smsUrl: setting({
    flag: 'sms-url', env: 'EV_NOTIFIER_SMS_URL', schema: url, default: null,
    describe: 'where text messages are posted to; without it none is sent',
  }),
  smsTemplate: setting({
    flag: 'sms-template', env: 'EV_NOTIFIER_SMS_TEMPLATE', schema: text.describe('json'),
    default: '{"to":"{{to}}","text":"{{short}}"}',
    describe: 'the JSON posted there; {{to}}, {{subject}}, {{short}}, {{body}}, {{kind}} and {{id}} stand for values',
  }),
  smsTokenFile: setting({
    flag: 'sms-token-file', env: 'EV_NOTIFIER_SMS_TOKEN_FILE', schema: file, default: null,
    describe: 'a file whose first line is the bearer token for it',
  }),
  chatUrl: setting({
    flag: 'chat-url', env: 'EV_NOTIFIER_CHAT_URL', schema: url, default: null,
    describe: 'where chat messages are posted to; without it none is sent',
  }),
  chatTemplate: setting({
    flag: 'chat-template', env: 'EV_NOTIFIER_CHAT_TEMPLATE', schema: text.describe('json'),
    default: '{"to":"{{to}}","text":"{{short}}"}', describe: 'the JSON posted there, as that of text messages',
  }),
  chatTokenFile: setting({
    flag: 'chat-token-file', env: 'EV_NOTIFIER_CHAT_TOKEN_FILE', schema: file, default: null,
    describe: 'a file whose first line is the bearer token for it',
  }),
  vapidFile: setting({
    flag: 'vapid-file', env: 'EV_NOTIFIER_VAPID_FILE', schema: file, default: null,
    describe: 'the keys for web push, as "ev-notifier admin vapid-keys FILE" makes them; without it none is sent',
  }),
  vapidSubject: setting({
    flag: 'vapid-subject', env: 'EV_NOTIFIER_VAPID_SUBJECT', default: 'mailto:operator@localhost',
    schema: z.string().regex(/^(mailto:.+@.+|https:\/\/.+)$/, 'must be mailto:ADDRESS or an https address')
      .describe('contact'),
    describe: 'whom a push service writes to when something is wrong',
  }),
  pushHosts: setting({
    flag: 'push-hosts', env: 'EV_NOTIFIER_PUSH_HOSTS', schema: text.describe('host,…'), default: PUSH_HOSTS,
    describe: 'the push services that are posted to: people give addresses, and not every address is one',
  }),
  webhooks: setting({
    flag: 'webhooks', env: 'EV_NOTIFIER_WEBHOOKS', schema: file, default: null,
    describe: 'a JSON file (0600) [{"name","url","secret","oldSecret"?,"kinds"?,"sites"?}] of third parties',
  }),
  privateWebhooks: setting({
    flag: 'private-webhooks', env: 'EV_NOTIFIER_PRIVATE_WEBHOOKS', schema: flagSchema, default: false, boolean: true,
    describe: 'webhooks may also go to private networks and to this machine; else their names must not lead there',
  }),
  tries: setting({
    flag: 'tries', env: 'EV_NOTIFIER_TRIES', schema: atLeastOne, default: 8,
    describe: 'failures after which something is a dead letter; pauses grow from 5 s to an hour (webhooks: 10)',
  }),
  perSecond: setting({
    flag: 'per-second', env: 'EV_NOTIFIER_PER_SECOND', schema: atLeastOne, default: 10,
    describe: 'most messages of one channel in a second',
  }),
  perPersonHour: setting({
    flag: 'per-person-hour', env: 'EV_NOTIFIER_PER_PERSON_HOUR', schema: atLeastOne, default: 20,
    describe: 'most messages to one person over one channel in an hour; what is more waits, or comes too late',
  }),
  keepDays: setting({
    flag: 'keep-days', env: 'EV_NOTIFIER_KEEP_DAYS', schema: atLeastOne, default: 30,
    describe: 'how long the delivery log and dead letters are kept',
  }),
  ...commonSettings('EV_NOTIFIER'),
  ...centralLinkSettings('EV_NOTIFIER', 'the addresses of people'),
} as const;
