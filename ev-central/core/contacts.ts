// How people are reached outside the network's terminals: what they chose, and whom a service may write to about what.
// Addresses leave the core in one answer only, for a service that is about to send something.
import {
  correlationId, siteId as asSiteId, type SiteId, userId as asUserId, type UserId,
} from '../../shared/ids.ts';
import {
  type Contact, MOST_ASKED, NO_PREFERENCES, NOTIFICATION_KINDS, type NotificationChannel, notificationKindSchema,
  type NotificationKind, type NotificationPreferences, type OwnPreferences, ruleOf,
} from '../../shared/messages/notification.ts';
import type { Order } from '../../shared/messages/orders.ts';
import { personOf } from './accounts.ts';
import { counted, done, refused, type Result } from './order-result.ts';
import { may } from './permissions.ts';
import type { State } from './state.ts';
import { event, type Step } from './step.ts';

type OrderOf<K extends Order['kind']> = Extract<Order, { kind: K }>;
type Filter = Readonly<Record<string, string | number>>;

export function preferencesOf({ contactPreferences }: State, userId: UserId): NotificationPreferences {
  const { userId: _of, ...preferences } = contactPreferences.get(userId) ?? { ...NO_PREFERENCES, userId };
  return preferences;
}

/** For herself: what she chose, and what it goes with in her account. */
export function ownPreferences(state: State, userId: UserId): OwnPreferences {
  const { name, email, language, timeZone } = personOf(state, userId);
  return { ...preferencesOf(state, userId), name, email, language, timeZone };
}

export function putPreferences(
  step: Step, { userId, preferences }: OrderOf<'put-notification-preferences'>,
): Result {
  const { state } = step;
  if (state.users.get(userId) === undefined) return refused(`no such user: ${userId}`);
  const unknown = preferences.sites.find((id) => state.sites.get(id) === undefined);
  if (unknown !== undefined) return refused(`no such site: ${unknown}`);
  const lettered = NOTIFICATION_KINDS.find((kind) => ruleOf(kind).hasLetter === true
    && preferences.channels[kind]?.includes('email') === true);
  if (lettered !== undefined) {
    return refused(`letters about ${lettered} come by e-mail from EV_Central itself, always: leave "email" out there`);
  }
  const ids = preferences.push.map(({ subscriptionId }) => subscriptionId);
  if (new Set(ids).size < ids.length) return refused('two push subscriptions have one id');
  state.contactPreferences.put({ ...preferences, userId });
  return done(`the notification preferences of ${userId} are changed`);
}

/**
 * Announces maintenance to staff who follow the site, to those who charge or wait there, and to those whose reserved
 * slots fall into it. Their reservations stay: what becomes of each is decided when its slot comes, by what is then in
 * service (`leavePoint`), and the letter says so.
 */
export function planMaintenance(step: Step, { siteId, fromMs, toMs, note }: OrderOf<'plan-maintenance'>): Result {
  const { state } = step;
  const site = state.sites.get(siteId);
  if (site === undefined) return refused(`no such site: ${siteId}`);
  if (toMs <= fromMs) return refused('maintenance ends after it begins');
  if (toMs <= step.now) return refused('this time is over');
  const there = [...state.sessionIndex.open()].map((id) => state.sessions.must(id)).filter((s) => s.siteId === siteId);
  const reserved = reservedIn(state, siteId, { fromMs, toMs });
  const drivers = [...new Set([...there.map((session) => session.driverId), ...reserved.drivers])].sort();
  // Of more people than are asked for at once the rest gets an event of its own, which staff is not told of again.
  for (let from = 0; from === 0 || from < drivers.length; from += MOST_ASKED) {
    event(step, 'maintenance', { siteId, corr: correlationId(`maintenance-${siteId}`) }, {
      fromMs, toMs, note, drivers: drivers.slice(from, from + MOST_ASKED), reservations: reserved.count,
      toStaff: from === 0,
    });
  }
  return done(`maintenance at ${siteId} is announced to its staff and ${counted(drivers.length, 'driver')}; `
    + `${counted(reserved.count, 'reservation')} in this time`);
}

/** The reservations whose slots overlap a time at a site, and whose they are. */
function reservedIn(
  state: State, siteId: SiteId, { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): { count: number; drivers: UserId[] } {
  const drivers: UserId[] = [];
  for (const { pointId, connectors, siteId: at } of state.points.values()) {
    if (at !== siteId) continue;
    for (const { connectorNo } of connectors) {
      for (const slot of state.reservationIndex.after(pointId, connectorNo, fromMs)) {
        if (slot.beginsAtMs >= toMs) break;
        drivers.push(slot.userId);
      }
    }
  }
  return { count: drivers.length, drivers };
}

/**
 * The people to be told of a kind, in the order of their ids: those of `users` (ids with commas between), those of the
 * staff who follow `siteId`, or both. A text says what is wrong with the question.
 */
export function contactRows(state: State, filter: Filter): Contact[] | string {
  const known = ['kind', 'users', 'siteId'];
  const unknown = Object.keys(filter).find((name) => !known.includes(name));
  if (unknown !== undefined) return `unknown filter "${unknown}": this list knows ${known.join(', ')}`;
  const kind = notificationKindSchema.safeParse(filter['kind']);
  if (!kind.success) return 'name the kind of notification with the filter kind';
  const users = String(filter['users'] ?? '').split(',').filter((id) => id !== '');
  if (users.length > MOST_ASKED) return `ask for at most ${MOST_ASKED} people at once`;
  const site = filter['siteId'] === undefined ? null : asSiteId(String(filter['siteId']));
  const followers = site === null ? [] : followersOf(state, site);
  const wanted = [...new Set([...users.map((id) => asUserId(id)), ...followers])].sort();
  return wanted.flatMap((userId) => contactOf(state, userId, kind.data) ?? []);
}

function followersOf({ contactPreferences, users }: State, siteId: SiteId): UserId[] {
  return [...contactPreferences.values()].filter(({ userId, allSites, sites }) => {
    const role = users.get(userId)?.role;
    return (allSites || sites.includes(siteId)) && role !== undefined && may(role, 'points.inspect');
  }).map(({ userId }) => userId);
}

/** Undefined: nobody, or somebody who wants to hear nothing of this kind, or who cannot be reached. */
function contactOf(state: State, userId: UserId, kind: NotificationKind): Contact | undefined {
  const user = state.users.get(userId);
  if (user === undefined || !user.active) return undefined;
  const { language, timeZone, email } = personOf(state, userId);
  const { phone, chat, push, quietHours, channels } = preferencesOf(state, userId);
  const rule = ruleOf(kind);
  const wanted: readonly NotificationChannel[] = channels[kind] ?? rule.channels;
  const reached = <T>(channel: NotificationChannel, address: T, none: T): T =>
    (wanted.includes(channel) ? address : none);
  const contact = {
    userId, language, timeZone, quietHours, email: rule.hasLetter === true ? null : reached('email', email, null),
    phone: reached('sms', phone, null),
    chat: reached('chat', chat, null), push: reached('push', push, []),
  };
  const isReached = contact.email !== null || contact.phone !== null || contact.chat !== null
    || contact.push.length > 0;
  return isReached ? contact : undefined;
}
