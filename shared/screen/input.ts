// What comes from the keyboard and the mouse, parsed here and not by blessed: its parser reports Enter twice
// (chjj/blessed#267), handles only the first of several mouse events that arrive together, and loses sequences that are
// split between two reads. This one is incremental and never sees a stream.

export type KeyEvent = {
  readonly kind: 'key';
  /** A character as it is (`a`, `A`, `?`), or `enter`, `escape`, `tab`, `up`, `f1`, `C-c`, `M-x`, `S-tab` … */
  readonly name: string;
  /** The character for a text field; null for keys that are no text. */
  readonly char: string | null;
};
export type MouseEvent = {
  readonly kind: 'mouse';
  readonly action: 'down' | 'up' | 'wheel-up' | 'wheel-down';
  readonly button: 'left' | 'middle' | 'right' | 'none';
  /** Cells from 0. */
  readonly x: number;
  readonly y: number;
};
/** Text that was pasted: it goes into fields and never triggers keys. */
export type PasteEvent = { readonly kind: 'paste'; readonly text: string };
export type InputEvent = KeyEvent | MouseEvent | PasteEvent;

/** What was parsed, and what has to wait for more. A lone `ESC` in `rest` is the Escape key when nothing follows. */
export type Parsed = { readonly events: readonly InputEvent[]; readonly rest: string };

/** Parses what was left over from the last read together with what has come since. */
export function parseInput(text: string): Parsed {
  const events: InputEvent[] = [];
  let at = 0;
  while (at < text.length) {
    const step = text[at] === '\x1b' ? parseEscape(text.slice(at)) : parseCharacter(text, at);
    if (step === null) break;
    events.push(...step.events);
    at += step.length;
  }
  const rest = text.slice(at);
  // A paste without an end or a sequence that never ends must not swallow the keyboard.
  return rest.length > PASTE_LIMIT ? { events, rest: '' } : { events, rest };
}

/** What the rest means when no more has come for a moment. */
export function flushInput(rest: string): readonly InputEvent[] {
  return rest === '\x1b' ? [key('escape')] : [];
}

const PASTE_LIMIT = 65_536;

type Step = { readonly length: number; readonly events: readonly InputEvent[] };

function key(name: string, char: string | null = null): KeyEvent {
  return { kind: 'key', name, char };
}

function parseCharacter(text: string, at: number): Step {
  const code = text.codePointAt(at) ?? 0;
  const char = String.fromCodePoint(code);
  return { length: char.length, events: [characterKey(char, code)] };
}

function characterKey(char: string, code: number): KeyEvent {
  if (char === '\r' || char === '\n') return key('enter');
  if (char === '\t') return key('tab');
  if (char === '\x7f' || char === '\b') return key('backspace');
  if (char === ' ') return key('space', ' ');
  if (code === 0) return key('C-space');
  if (code < 0x1b) return key(`C-${String.fromCharCode(code + 0x60)}`);
  if (code < 0x20) return key('unknown');
  return key(char, char);
}

/** One escape sequence at the beginning of the text; null: it is not whole yet. */
function parseEscape(text: string): Step | null {
  if (text.startsWith('\x1b[200~')) return parsePaste(text);
  const mouse = /^\x1b\[<(\d+);(\d+);(\d+)([Mm])/.exec(text);
  if (mouse !== null) return { length: mouse[0].length, events: mouseEvents(mouse) };
  if (text.startsWith('\x1b[M')) return text.length < 6 ? null : { length: 6, events: [] };
  const linux = /^\x1b\[\[([A-E])/.exec(text);
  if (linux !== null) return { length: linux[0].length, events: [key(`f${'ABCDE'.indexOf(linux[1] ?? 'A') + 1}`)] };
  const control = /^\x1b(\[|O)([0-9;]*)([A-Za-z~^$@])/.exec(text);
  if (control !== null) return { length: control[0].length, events: sequenceEvents(control) };
  if (/^\x1b(\[[[<0-9;]*|O[0-9;]*)?$/.test(text)) return null;
  if (text[1] === '\x1b' || text[1] === '[' || text[1] === 'O') return { length: 1, events: [key('escape')] };
  const char = parseCharacter(text, 1);
  const named = char.events[0];
  const name = named?.kind === 'key' ? `M-${named.name}` : 'unknown';
  return { length: 1 + char.length, events: [key(name)] };
}

function parsePaste(text: string): Step | null {
  const end = text.indexOf('\x1b[201~');
  if (end < 0) return null;
  const pasted = text.slice(6, end).replace(/[\r\n\t]+/g, ' ').replace(/\p{Cc}/gu, '');
  return { length: end + 6, events: [{ kind: 'paste', text: pasted }] };
}

/** SGR mouse report: button bits, column, row, `M` pressed or `m` released. Drags and moves are not used. */
function mouseEvents(match: RegExpExecArray): MouseEvent[] {
  const bits = Number(match[1]);
  const x = Number(match[2]) - 1;
  const y = Number(match[3]) - 1;
  if ((bits & 64) !== 0) {
    const sideways = (bits & 2) !== 0;
    return sideways ? []
      : [{ kind: 'mouse', action: (bits & 1) === 0 ? 'wheel-up' : 'wheel-down', button: 'none', x, y }];
  }
  if ((bits & 32) !== 0) return [];
  const button = (['left', 'middle', 'right', 'none'] as const)[bits & 3] ?? 'none';
  return [{ kind: 'mouse', action: match[4] === 'M' ? 'down' : 'up', button, x, y }];
}

const LETTER_KEYS: Readonly<Record<string, string>> = {
  A: 'up', B: 'down', C: 'right', D: 'left', E: 'clear', F: 'end', H: 'home', P: 'f1', Q: 'f2', R: 'f3', S: 'f4',
  M: 'enter',
};
const NUMBER_KEYS: Readonly<Record<string, string>> = {
  1: 'home', 2: 'insert', 3: 'delete', 4: 'end', 5: 'pageup', 6: 'pagedown', 7: 'home', 8: 'end', 11: 'f1', 12: 'f2',
  13: 'f3', 14: 'f4', 15: 'f5', 17: 'f6', 18: 'f7', 19: 'f8', 20: 'f9', 21: 'f10', 23: 'f11', 24: 'f12',
};

function sequenceEvents(match: RegExpExecArray): KeyEvent[] {
  const [first = '', modifier = '1'] = (match[2] ?? '').split(';');
  const final = match[3] ?? '';
  if (final === 'Z') return [key('S-tab')];
  const name = final === '~' || final === '^' || final === '$' ? NUMBER_KEYS[first] : LETTER_KEYS[final];
  if (name === undefined) return [];
  const bits = Math.max(0, Number(modifier) - 1);
  const prefix = `${(bits & 4) !== 0 ? 'C-' : ''}${(bits & 2) !== 0 ? 'M-' : ''}${(bits & 1) !== 0 ? 'S-' : ''}`;
  return [key(prefix + name)];
}
