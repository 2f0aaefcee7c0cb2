// `ev-driver preferences`: what a driver is told of outside this program, over which channels, and when: its options,
// turned into a change of what she chose.
import { type Command, InvalidArgumentError } from 'commander';
import { type Language, LANGUAGES } from '../shared/messages/accounts.ts';
import {
  NOTIFICATION_CHANNELS, NOTIFICATION_KINDS, type NotificationChannel, type NotificationPreferences,
} from '../shared/messages/notification.ts';
import type { ExitStatus } from './exit-status.ts';
import { type ChannelChoice, type PreferenceChange, preferencesScript } from './preference-scripts.ts';
import type { ScriptOptions } from './scripts.ts';

type Common = { json?: boolean; timeout?: number };
type Start = (options: Common, script: (options: ScriptOptions) => Promise<ExitStatus>) => Promise<void>;

const NONE = 'none';
const USUAL = 'usual';

/** Adds `preferences`. */
export function addPreferenceScripts(common: (name: string, text: string) => Command, start: Start): void {
  common('preferences', 'what you are told of by e-mail, text message, chat and push; with options: change it')
    .option('--set <kind=channels>', `such as charge-complete=email,push; ${NONE}: silence, ${USUAL}: as it was at `
      + 'first; may be given several times', choices)
    .option('--quiet <from-to>', `quiet hours, such as 22:00-07:00, in your time zone; or ${NONE}`, quietHours)
    .option('--phone <number>', `for text messages, such as +34600111222; or ${NONE}`, orNone)
    .option('--chat <name>', `what the chat service knows you by; or ${NONE}`, orNone)
    .option('--language <code>', `of what you are sent: ${LANGUAGES.join(', ')}`, language)
    .option('--time-zone <name>', 'such as Europe/Madrid')
    .action(({ json, timeout, ...change }: Common & PreferenceChange) =>
      start({ ...(json === undefined ? {} : { json }), ...(timeout === undefined ? {} : { timeout }) },
        (script) => preferencesScript(script, withNone(change))));
}

/** Of what a parser gives as null, commander makes an empty text, which none of these options is otherwise. */
function withNone(change: PreferenceChange): PreferenceChange {
  const none = (['phone', 'chat', 'quiet'] as const).filter((name) => (change[name] as unknown) === '');
  return { ...change, ...Object.fromEntries(none.map((name) => [name, null])) };
}

/** `charge-complete=email,push`; with those that were given before. */
export function choices(text: string, before: readonly ChannelChoice[] = []): readonly ChannelChoice[] {
  const [name, given, ...more] = text.split('=');
  const kind = NOTIFICATION_KINDS.find((each) => each === name);
  if (given === undefined || more.length > 0) throw new InvalidArgumentError('must be KIND=CHANNELS');
  if (kind === undefined) {
    throw new InvalidArgumentError(`there is no kind "${name ?? ''}": there are ${NOTIFICATION_KINDS.join(', ')}`);
  }
  const others = before.filter((each) => each.kind !== kind);
  if (given === USUAL) return [...others, { kind, channels: null }];
  const channels = given === NONE ? [] : given.split(',').map(channelOf);
  return [...others, { kind, channels: [...new Set(channels)] }];
}

function channelOf(text: string): NotificationChannel {
  const channel = NOTIFICATION_CHANNELS.find((each) => each === text);
  if (channel !== undefined) return channel;
  throw new InvalidArgumentError(
    `there is no channel "${text}": give ${NOTIFICATION_CHANNELS.join(', ')} with commas between, ${NONE} or ${USUAL}`);
}

/** `22:00-07:00`, over midnight where the end is before the beginning. */
export function quietHours(text: string): NotificationPreferences['quietHours'] {
  if (text === NONE) return null;
  const [, fromHour, fromRest, toHour, toRest] = /^(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)$/.exec(text) ?? [];
  const fromMinute = minuteOf(fromHour, fromRest);
  const toMinute = minuteOf(toHour, toRest);
  if (fromMinute === null || toMinute === null || fromMinute === toMinute) {
    throw new InvalidArgumentError(`must be two times of a day such as 22:00-07:00, or ${NONE}`);
  }
  return { fromMinute, toMinute };
}

/** Null: no time of a day. 24:00 is one, as its end. */
function minuteOf(hour: string | undefined, rest: string | undefined): number | null {
  const minute = Number(hour) * 60 + Number(rest);
  return Number(rest) < 60 && minute <= 1_440 ? minute : null;
}

function orNone(text: string): string | null {
  if (text === '') throw new InvalidArgumentError(`must not be empty: ${NONE} takes it away`);
  return text === NONE ? null : text;
}

function language(text: string): Language {
  const found = LANGUAGES.find((each) => each === text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`must be one of ${LANGUAGES.join(', ')}`);
}
