// Pieces that several screens show alike: a link's state, the message panel, a status, the header.
import type { PointStatus } from '../messages/values.ts';
import { STATUS_SYMBOLS, words } from '../words.ts';
import { fill, put, putRight, putSpans, rule, wrap, type Area, type Canvas, type Span } from './canvas.ts';
import { age, clockTime, shortTime } from './format.ts';
import type { LinkView, ScreenMessage } from './handle.ts';
import { LABELS } from './labels.ts';
import { ALARM, DIM, HEADER, HEADER_STRONG, LEVEL_LOOK, LINK_LOOK, STATUS_LOOK, type Style } from './style.ts';

const LINK_WORDS: Readonly<Record<LinkView['state'], string>> = {
  up: words().label.up, connecting: words().label.connecting, down: words().label.down, refused: words().label.refused,
};

/** `+ up since 12:31:05 (3 min)` and why, as spans. */
export function linkSpans(link: LinkView, nowMs: number): Span[] {
  const look = LINK_LOOK[link.state];
  const since = ` ${LABELS.since} ${shortTime(link.sinceMs, nowMs)} (${age(nowMs - link.sinceMs)})`;
  return [
    { text: `${look.symbol} ${LINK_WORDS[link.state]}`, style: look.style }, { text: since, style: DIM },
    { text: link.why === '' ? '' : `  ${link.why}` },
  ];
}

/** `+ up`, short, for lists. */
export function linkText(link: LinkView): string {
  return `${LINK_LOOK[link.state].symbol} ${LINK_WORDS[link.state]}`;
}

export function linkStyle(link: LinkView): Style {
  return LINK_LOOK[link.state].style;
}

/** The practice's label for the operator, with OCPP's finer states named where they differ. */
const PANEL_LABELS = {
  ...words().panelStatus, Preparing: 'Preparing', SuspendedEV: 'Suspended: car', SuspendedEVSE: 'Suspended: point',
  Finishing: 'Finishing', Reserved: 'Reserved',
} as const satisfies Record<PointStatus, string>;

export function statusLabel(status: PointStatus): string {
  return PANEL_LABELS[status];
}

/** `» Supplying`. */
export function statusText(status: PointStatus): string {
  return `${STATUS_SYMBOLS[status]} ${PANEL_LABELS[status]}`;
}

export function statusStyle(status: PointStatus): Style {
  return STATUS_LOOK[status].text;
}

/** The newest messages that fit, the newest at the bottom, under a ruled title; long ones go on in the next line. */
export function drawMessages(
  canvas: Canvas, area: Area, messages: readonly ScreenMessage[], title: string = LABELS.messages,
): void {
  rule(canvas, area, title);
  const rows = area.height - 1;
  // On a panel of a few lines each message has one.
  const linesOf = (text: string): string[] =>
    (rows >= WRAPPING_ROWS ? wrap(text, area.width - TEXT_COLUMN - 1) : [text]);
  const lines = messages.slice(-Math.max(0, rows)).flatMap((message) =>
    linesOf(message.text).map((text, i) => ({ text, message, isFirst: i === 0 }))).slice(-Math.max(0, rows));
  for (const [i, { text, message, isFirst }] of lines.entries()) {
    const look = LEVEL_LOOK[message.level];
    const y = area.y + 1 + i;
    if (isFirst) {
      put(canvas, area.x + 1, y, clockTime(message.atMs), DIM, area.width - 1);
      put(canvas, area.x + TEXT_COLUMN - 2, y, look.symbol, look.style, area.width - TEXT_COLUMN + 2);
    }
    put(canvas, area.x + TEXT_COLUMN, y, text, look.style, area.width - TEXT_COLUMN);
  }
}

/** Where a message's text begins, behind its time and symbol. */
const TEXT_COLUMN = 12;
const WRAPPING_ROWS = 5;

/** One header line: who this is, figures, alarms that cannot be missed, the clock at the right. */
export function drawHeader(canvas: Canvas, area: Area, header: {
  name: string; figures: readonly string[]; alarms: readonly string[]; nowMs: number;
}): void {
  fill(canvas, { ...area, height: 1 }, HEADER);
  const end = putRight(canvas, area.x + area.width - 1, area.y, clockTime(header.nowMs), HEADER_STRONG);
  let x = put(canvas, area.x + 1, area.y, header.name, HEADER_STRONG, end - 2);
  for (const alarm of header.alarms) x = put(canvas, x + 2, area.y, ` ${alarm} `, ALARM, end - x - 3);
  for (const figure of header.figures) {
    if (x + 2 + figure.length > end - 1) break;
    x = put(canvas, x + 2, area.y, figure, HEADER);
  }
}

/** A label in a fixed column and spans behind it; returns the next line's y. */
export function drawFact(canvas: Canvas, area: Area, label: string, spans: readonly Span[], labelWidth = 12): number {
  put(canvas, area.x, area.y, label, DIM, labelWidth - 1);
  putSpans(canvas, area.x + labelWidth, area.y, spans, area.width - labelWidth);
  return area.y + 1;
}
