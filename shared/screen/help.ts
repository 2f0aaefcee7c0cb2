// The help window's lines: keys of the page, keys that work everywhere, what the symbols mean.
import { STATUS_SYMBOLS, words } from '../words.ts';
import { POINT_STATUSES } from '../messages/values.ts';
import type { KeyBinding } from './host.ts';
import { keyName } from './key-bar.ts';
import { LABELS } from './labels.ts';

const KEY_WIDTH = 20;

export function helpLines(pageTitle: string, keys: readonly KeyBinding[], more: readonly string[]): string[] {
  const line = (key: string, label: string): string =>
    key.length < KEY_WIDTH ? `  ${key.padEnd(KEY_WIDTH)}${label}` : `  ${key}  ${label}`;
  const here = keys.map((k) => {
    const reason = k.whyNot ?? null;
    return line(keyName(k.key), reason === null ? k.label : `${k.label} (${LABELS.notNow}: ${reason})`);
  });
  const states = POINT_STATUSES.map((status) =>
    line(STATUS_SYMBOLS[status], `${status}: ${words().pointStatus[status]}`));
  return [
    `${LABELS.helpHere}: ${pageTitle}`, ...here, '',
    LABELS.helpGeneral, ...LABELS.generalKeys.map(([key, label]) => line(key, label)), '',
    LABELS.statusLegend, ...states,
    ...(more.length === 0 ? [] : ['', ...more]),
  ];
}
