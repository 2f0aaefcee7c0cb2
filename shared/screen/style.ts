// Colours and symbols: what a state looks like, in one place. A state never differs by colour alone.
import type { MessageLevel } from './handle.ts';
import type { PointStatus } from '../messages/values.ts';

/** Flags, foreground and background of one cell, packed as blessed's cells are: 9 bits each. */
export type Style = number;

const DEFAULT_COLOUR = 0x1ff;
const FLAGS = { bold: 1, underline: 2, inverse: 8 } as const;

/** `fg` and `bg` are colours of the 256-colour palette; blessed takes the nearest where there are fewer. */
export function style(look: {
  fg?: number; bg?: number; bold?: boolean; underline?: boolean; inverse?: boolean;
}): Style {
  const flags = (look.bold === true ? FLAGS.bold : 0) | (look.underline === true ? FLAGS.underline : 0)
    | (look.inverse === true ? FLAGS.inverse : 0);
  return (flags << 18) | ((look.fg ?? DEFAULT_COLOUR) << 9) | (look.bg ?? DEFAULT_COLOUR);
}

/** The same style, the other way round; for the selected line. */
export function inverted(of: Style): Style {
  return of ^ (FLAGS.inverse << 18);
}

const GREEN = 34;
const ORANGE = 208;
const RED = 196;
const GREY = 245;
const CYAN = 37;
const YELLOW = 178;

export const PLAIN = style({});
export const BOLD = style({ bold: true });
export const DIM = style({ fg: GREY });
export const TITLE = style({ fg: 75, bold: true });
export const HEADER = style({ fg: 255, bg: 24 });
export const HEADER_STRONG = style({ fg: 255, bg: 24, bold: true });
export const HEADER_TAB = style({ fg: 0, bg: 153 });
export const ALARM = style({ fg: 255, bg: 160, bold: true });
export const KEY = style({ fg: 0, bg: 153 });
export const KEY_TEXT = style({ fg: 252, bg: 236 });
export const KEY_OFF = style({ fg: 243, bg: 236 });
export const SELECTED = style({ fg: 0, bg: 153 });
export const FIELD = style({ fg: 255, bg: 238 });
export const FIELD_FOCUS = style({ fg: 0, bg: 153 });
export const GOOD = style({ fg: GREEN, bold: true });
export const WARN = style({ fg: ORANGE, bold: true });
export const BAD = style({ fg: RED, bold: true });

/** How each state looks: `text` in lists, `band` on a tile. */
export const STATUS_LOOK = {
  Available: { text: style({ fg: GREEN }), band: style({ fg: 255, bg: 28 }) },
  Preparing: { text: style({ fg: CYAN }), band: style({ fg: 255, bg: 30 }) },
  Charging: { text: style({ fg: 40, bold: true }), band: style({ fg: 0, bg: 40, bold: true }) },
  SuspendedEV: { text: style({ fg: YELLOW }), band: style({ fg: 0, bg: YELLOW }) },
  SuspendedEVSE: { text: style({ fg: YELLOW }), band: style({ fg: 0, bg: YELLOW }) },
  Finishing: { text: style({ fg: CYAN }), band: style({ fg: 255, bg: 30 }) },
  Reserved: { text: style({ fg: 75 }), band: style({ fg: 255, bg: 25 }) },
  Unavailable: { text: style({ fg: ORANGE }), band: style({ fg: 0, bg: ORANGE }) },
  Faulted: { text: style({ fg: RED, bold: true }), band: style({ fg: 255, bg: 160, bold: true }) },
  Disconnected: { text: style({ fg: GREY }), band: style({ fg: 255, bg: 240 }) },
} as const satisfies Record<PointStatus, { text: Style; band: Style }>;

export const LEVEL_LOOK = {
  info: { symbol: '-', style: PLAIN },
  good: { symbol: '+', style: GOOD },
  warn: { symbol: '!', style: WARN },
  error: { symbol: 'X', style: BAD },
} as const satisfies Record<MessageLevel, { symbol: string; style: Style }>;

export const LINK_LOOK = {
  up: { symbol: '+', style: GOOD },
  connecting: { symbol: '~', style: WARN },
  down: { symbol: 'X', style: BAD },
  refused: { symbol: '!', style: BAD },
} as const;
