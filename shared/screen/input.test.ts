import { describe, expect, it } from 'vitest';
import { flushInput, parseInput, type InputEvent } from './input.ts';

const key = (name: string, char: string | null = null): InputEvent => ({ kind: 'key', name, char });

const CASES: readonly (readonly [string, string, readonly InputEvent[]])[] = [
  ['a letter', 'a', [key('a', 'a')]],
  ['a letter that is no ASCII', 'ñ', [key('ñ', 'ñ')]],
  ['Enter, once', '\r', [key('enter')]],
  ['a blank', ' ', [key('space', ' ')]],
  ['Tab and Shift-Tab', '\t\x1b[Z', [key('tab'), key('S-tab')]],
  ['Ctrl-C', '\x03', [key('C-c')]],
  ['arrows in both modes', '\x1b[A\x1bOB', [key('up'), key('down')]],
  ['an arrow with Ctrl', '\x1b[1;5C', [key('C-right')]],
  ['page keys', '\x1b[5~\x1b[6~', [key('pageup'), key('pagedown')]],
  ['F1 and F5', '\x1bOP\x1b[15~', [key('f1'), key('f5')]],
  ['F2 of the Linux console', '\x1b[[B', [key('f2')]],
  ['Alt with a letter', '\x1bx', [key('M-x')]],
  ['backspace of both kinds', '\x7f\b', [key('backspace'), key('backspace')]],
  ['a click', '\x1b[<0;5;7M\x1b[<0;5;7m', [
    { kind: 'mouse', action: 'down', button: 'left', x: 4, y: 6 },
    { kind: 'mouse', action: 'up', button: 'left', x: 4, y: 6 },
  ]],
  ['two turns of the wheel that arrive together', '\x1b[<64;1;1M\x1b[<65;1;1M', [
    { kind: 'mouse', action: 'wheel-up', button: 'none', x: 0, y: 0 },
    { kind: 'mouse', action: 'wheel-down', button: 'none', x: 0, y: 0 },
  ]],
  ['a mouse that only moves is nothing', '\x1b[<35;5;7M', []],
  ['a paste is text, its line ends are blanks', '\x1b[200~ab\ncd\x1b[201~', [{ kind: 'paste', text: 'ab cd' }]],
  ['Escape before another sequence', '\x1b\x1b[A', [key('escape'), key('up')]],
];

describe('input', () => {
  it.each(CASES)('%s', (_name, text, events) => {
    expect(parseInput(text)).toEqual({ events, rest: '' });
  });

  it.each(CASES)('%s, split between two reads at any place', (_name, text, events) => {
    if (text.startsWith('\x1b\x1b')) return; // a read that ends in ESC ESC cannot know yet
    for (let at = 1; at < text.length; at++) {
      const first = parseInput(text.slice(0, at));
      const second = parseInput(first.rest + text.slice(at));
      expect([...first.events, ...second.events]).toEqual(events);
      expect(second.rest).toBe('');
    }
  });

  it('takes a lone ESC for the Escape key only when nothing follows', () => {
    const parsed = parseInput('\x1b');
    expect(parsed).toEqual({ events: [], rest: '\x1b' });
    expect(flushInput(parsed.rest)).toEqual([key('escape')]);
    expect(flushInput('\x1b[')).toEqual([]);
  });

  it('never lets a paste without an end swallow the keyboard', () => {
    expect(parseInput(`\x1b[200~${'x'.repeat(70_000)}`).rest).toBe('');
  });
});
