// What people are told of outside the network's own terminals, over which channels, and what each has chosen.
// EV_Central keeps the choices and the addresses; ev-notifier asks for them when it sends something.
import { z } from 'zod';
import { siteIdSchema, userIdSchema } from '../ids.ts';
import { languageSchema, profileSchema } from './accounts.ts';

/** In-app notices need no channel of their own: EV_Central stores them (`notices`). */
export const NOTIFICATION_CHANNELS = ['email', 'sms', 'chat', 'push'] as const;
export const notificationChannelSchema = z.enum(NOTIFICATION_CHANNELS);
export type NotificationChannel = z.infer<typeof notificationChannelSchema>;

/** To whoever it is about; to staff who follow the site; or to both. */
export type Audience = 'driver' | 'staff' | 'both';
type KindRule = {
  readonly audience: Audience;
  /** It comes in quiet hours, too: whoever reads it later reads it in vain. */
  readonly urgent: boolean;
  /** Where nothing else was chosen. */
  readonly channels: readonly NotificationChannel[];
  /** After this time nobody is told any more. */
  readonly lifeMinutes: number;
  /**
   * EV_Central writes the e-mail itself, as a letter that nobody can switch off: none comes on this way, so that nobody
   * gets two. The other channels are chosen as those of every kind.
   */
  readonly hasLetter?: true;
};

const HOUR = 60;
const DAY = 24 * HOUR;

export const NOTIFICATION_RULES = {
  'charge-started': { audience: 'driver', urgent: false, channels: [], lifeMinutes: HOUR },
  'charge-nearly-done': { audience: 'driver', urgent: true, channels: ['push'], lifeMinutes: 20 },
  'charge-complete': { audience: 'driver', urgent: false, channels: ['email', 'push'], lifeMinutes: DAY },
  'charge-interrupted': { audience: 'driver', urgent: true, channels: ['email', 'sms', 'push'], lifeMinutes: 4 * HOUR },
  'queue-offer': { audience: 'driver', urgent: true, channels: ['email', 'sms', 'push'], lifeMinutes: 10 },
  'reservation-reminder': {
    audience: 'driver', urgent: true, channels: ['email', 'sms', 'push'], lifeMinutes: 2 * HOUR,
  },
  'reservation-no-show': { audience: 'driver', urgent: false, channels: ['email', 'push'], lifeMinutes: 3 * DAY },
  'payment-failed': { audience: 'driver', urgent: false, channels: ['email', 'push'], lifeMinutes: 3 * DAY },
  'invoice-ready': { audience: 'driver', urgent: false, channels: ['email'], lifeMinutes: 7 * DAY },
  'low-balance': { audience: 'driver', urgent: false, channels: ['email', 'push'], lifeMinutes: 3 * DAY },
  debt: { audience: 'driver', urgent: false, channels: ['sms', 'push'], lifeMinutes: 3 * DAY, hasLetter: true },
  'point-faulted': { audience: 'staff', urgent: true, channels: ['email', 'chat'], lifeMinutes: 4 * HOUR },
  'point-recovered': { audience: 'staff', urgent: true, channels: ['email', 'chat'], lifeMinutes: 4 * HOUR },
  'maintenance-planned': { audience: 'both', urgent: false, channels: ['email', 'push'], lifeMinutes: 7 * DAY },
} as const satisfies Record<string, KindRule>;
export type NotificationKind = keyof typeof NOTIFICATION_RULES;
export const NOTIFICATION_KINDS = Object.keys(NOTIFICATION_RULES) as [NotificationKind, ...NotificationKind[]];
export const notificationKindSchema = z.enum(NOTIFICATION_KINDS);

export function ruleOf(kind: NotificationKind): KindRule {
  return NOTIFICATION_RULES[kind];
}

const minuteOfDay = z.int().min(0).max(1440);
/** No control characters, and nothing that a head or an address could be broken with. */
const plainText = (most: number) => z.string().min(1).max(most).regex(/^[^\p{Cc}\s<>"]+$/u, 'must be one word');

/** RFC 8030 and 8291: what a browser gives a page that may send it messages. */
export const pushSubscriptionSchema = z.object({
  subscriptionId: z.string().regex(/^[A-Za-z0-9_-]{1,40}$/, 'must be letters, digits, "_" and "-", at most 40'),
  endpoint: z.url({ protocol: /^https?$/ }).max(800),
  /** The browser's public key: 65 bytes, base64url. */
  p256dh: z.string().regex(/^[A-Za-z0-9_-]{87,88}=?$/, 'must be 65 bytes in base64url'),
  /** 16 bytes, base64url. */
  auth: z.string().regex(/^[A-Za-z0-9_-]{22}(==)?$/, 'must be 16 bytes in base64url'),
});
export type PushSubscription = z.infer<typeof pushSubscriptionSchema>;

/** What somebody has chosen; kept at EV_Central. */
export const notificationPreferencesSchema = z.object({
  /** E.164: + and the country's number. */
  phone: z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be + and 7 to 15 digits').nullable(),
  /** What the chat service knows her by. */
  chat: plainText(200).nullable(),
  /** In her time zone; from > to: over midnight. What is not urgent waits for their end. */
  quietHours: z.object({ fromMinute: minuteOfDay, toMinute: minuteOfDay }).nullable(),
  /** Kind by kind; one that is not named has its usual channels, an empty list is silence. */
  channels: z.partialRecord(notificationKindSchema, z.array(notificationChannelSchema).max(4)),
  /** For staff: the sites whose points she is told about, besides `allSites`. */
  sites: z.array(siteIdSchema).max(200),
  allSites: z.boolean(),
  push: z.array(pushSubscriptionSchema).max(5),
});
export type NotificationPreferences = z.infer<typeof notificationPreferencesSchema>;

export const NO_PREFERENCES: NotificationPreferences = {
  phone: null, chat: null, quietHours: null, channels: {}, sites: [], allSites: false, push: [],
};

/** How one person is reached about one kind, as EV_Central answers: only what her choice needs. */
export const contactSchema = z.object({
  userId: userIdSchema,
  language: languageSchema,
  timeZone: z.string(),
  quietHours: notificationPreferencesSchema.shape.quietHours,
  /** Null: not to be written to over this channel. */
  email: z.string().nullable(), phone: z.string().nullable(), chat: z.string().nullable(),
  push: z.array(pushSubscriptionSchema),
});
export type Contact = z.infer<typeof contactSchema>;

/** What somebody has chosen, with what it goes with in her account: the row of `my-notification-preferences`. */
export const ownPreferencesSchema = z.object({
  ...notificationPreferencesSchema.shape, ...profileSchema.shape, email: z.string().nullable(),
});
export type OwnPreferences = z.infer<typeof ownPreferencesSchema>;

/** At most so many people are asked for by id in one question. */
export const MOST_ASKED = 500;

export const notificationOrders = [
  z.object({
    kind: z.literal('put-notification-preferences'), userId: userIdSchema, preferences: notificationPreferencesSchema,
  }),
  z.object({
    kind: z.literal('plan-maintenance'), siteId: siteIdSchema, fromMs: z.int().positive(), toMs: z.int().positive(),
    /** Stands in what people are sent. */
    note: z.string().max(300).regex(/^\P{Cc}*$/u, 'must not hold control characters'),
  }),
] as const;
