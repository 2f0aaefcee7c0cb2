// Shows a driver's preferences for notices, and changes them: they are read, changed and given back whole, as two
// orders where her language or zone, which stand in her account, change as well.
import type { Language } from '../shared/messages/accounts.ts';
import {
  NOTIFICATION_KINDS, type NotificationChannel, type NotificationKind, type NotificationPreferences,
  type OwnPreferences, ownPreferencesSchema, ruleOf,
} from '../shared/messages/notification.ts';
import { type Order, orderSchema } from '../shared/messages/orders.ts';
import type { UserId } from '../shared/ids.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import { giveOrder, listOf } from './script-orders.ts';
import { begin, connected, type Run, type ScriptOptions } from './scripts.ts';

/** Null: as is usual for the kind. */
export type ChannelChoice = {
  readonly kind: NotificationKind; readonly channels: readonly NotificationChannel[] | null;
};
/** What is to be other than it is; what is left out stays. */
export type PreferenceChange = {
  readonly set?: readonly ChannelChoice[];
  readonly quiet?: NotificationPreferences['quietHours'];
  readonly phone?: string | null;
  readonly chat?: string | null;
  readonly language?: Language;
  readonly timeZone?: string;
};

/** Without a change it shows them. */
export async function preferencesScript(options: ScriptOptions, change: PreferenceChange): Promise<ExitStatus> {
  const run = begin(options, { points: null, sessions: false });
  const trouble = await connected(run);
  if (trouble !== null) return trouble;
  const before = await read(run);
  if (before === null) return EXIT.refused;
  const orders = ordersOf(run.client.driverId, before, change);
  for (const order of orders) {
    const wrong = objection(order);
    if (wrong !== null) {
      run.say('result', { outcome: 'refused', text: wrong }, `${wrong}.`);
      return EXIT.refused;
    }
  }
  for (const order of orders) {
    const status = await giveOrder(run, order, { timeoutMs: options.timeoutMs, lookAt: 'preferences' });
    if (status !== EXIT.completed) return status;
  }
  const after = orders.length === 0 ? before : await read(run);
  if (after === null) return EXIT.timedOut;
  run.say('preferences', { row: after }, preferencesText(after));
  return EXIT.completed;
}

/** The orders that make the change: none where nothing changes. */
export function ordersOf(userId: UserId, before: OwnPreferences, change: PreferenceChange): Order[] {
  const { set = [], quiet, phone, chat, language, timeZone } = change;
  const orders: Order[] = [];
  if (language !== undefined || timeZone !== undefined) {
    const { name } = before;
    const profile = { name, language: language ?? before.language, timeZone: timeZone ?? before.timeZone };
    orders.push({ kind: 'put-person', userId, profile });
  }
  if (set.length === 0 && quiet === undefined && phone === undefined && chat === undefined) return orders;
  const { sites, allSites, push } = before;
  const preferences: NotificationPreferences = {
    phone: phone === undefined ? before.phone : phone, chat: chat === undefined ? before.chat : chat,
    quietHours: quiet === undefined ? before.quietHours : quiet, channels: channelsAfter(before, set), sites, allSites,
    push,
  };
  orders.push({ kind: 'put-notification-preferences', userId, preferences });
  return orders;
}

function channelsAfter(
  { channels }: OwnPreferences, set: NonNullable<PreferenceChange['set']>,
): NotificationPreferences['channels'] {
  const changed = new Set<string>(set.map(({ kind }) => kind));
  return Object.fromEntries([
    ...Object.entries(channels).filter(([kind]) => !changed.has(kind)),
    ...set.flatMap(({ kind, channels: chosen }) => (chosen === null ? [] : [[kind, [...chosen]] as const])),
  ]);
}

/** What is wrong with an order before it leaves: the link would be closed for it. */
function objection(order: Order): string | null {
  const parsed = orderSchema.safeParse(order);
  if (parsed.success) return null;
  const [issue] = parsed.error.issues;
  return `${issue?.path.slice(1).join('.') ?? ''} ${issue?.message ?? 'is not valid'}`;
}

/** As a table, a line a kind. */
export function preferencesText(row: OwnPreferences): string {
  const { language, timeZone, quietHours, email, phone, chat, push } = row;
  const hours = quietHours === null ? 'none' : `${clock(quietHours.fromMinute)}-${clock(quietHours.toMinute)}`;
  const head: [string, string][] = [
    ['language', language], ['time zone', timeZone], ['quiet hours', hours], ['e-mail', email ?? 'none'],
    ['phone', phone ?? 'none'], ['chat', chat ?? 'none'], ['push', push.map((each) => each.subscriptionId).join(', ')],
  ];
  // What only staff is told of is nothing to her, unless she chose it.
  const kinds = NOTIFICATION_KINDS
    .filter((kind) => ruleOf(kind).audience !== 'staff' || row.channels[kind] !== undefined)
    .map((kind): [string, string] => [kind, channelsText(row, kind)]);
  return [...head, ...kinds].map(([name, text]) => `${name.padEnd(22)}${text === '' ? 'none' : text}`).join('\n');
}

function channelsText({ channels }: OwnPreferences, kind: NotificationKind): string {
  const { channels: usual, hasLetter } = ruleOf(kind);
  const chosen = channels[kind];
  const list = chosen ?? usual;
  return `${list.length === 0 ? 'none' : list.join(', ')}${chosen === undefined ? ' (usual)' : ''}`
    + (hasLetter === true ? '; the letter by e-mail always comes' : '');
}

function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

async function read(run: Run): Promise<OwnPreferences | null> {
  const [row] = await listOf(run, 'my-notification-preferences', {}) ?? [];
  if (row === undefined) return null;
  const parsed = ownPreferencesSchema.safeParse(row);
  if (parsed.success) return parsed.data;
  const text = 'EV_Central is of another version: its answer is not understood';
  run.say('result', { outcome: 'refused', text }, `${text}.`);
  return null;
}

