import { describe, expect, it } from 'vitest';
import { columnsOf, createCanvas, fit, put, putRight, wrap } from './canvas.ts';
import { needsAscii, terminalName } from './terminal.ts';

const rowOf = (canvas: ReturnType<typeof createCanvas>, y: number): string =>
  canvas.chars.slice(y * canvas.width, (y + 1) * canvas.width).join('');

describe('canvas', () => {
  it.each([
    ['accents stay', 'Año €', ['A', 'ñ', 'o', ' ', '€']],
    ['decomposed accents become one column', 'n\u0303', ['ñ']],
    ['wide characters become one column', '車a', ['?', 'a']],
    ['emoji become one column', '🚗a', ['?', 'a']],
    ['control characters become blanks, so nobody can write escape codes', '\x1b[31m', [' ', '[', '3', '1', 'm']],
    ['characters that turn the reading direction vanish', 'a\u202eb', ['a', 'b']],
  ])('%s', (_name, text, columns) => {
    expect(columnsOf(text)).toEqual(columns);
  });

  it('cuts what is too long, and says so with an ellipsis', () => {
    const canvas = createCanvas(10, 1);
    put(canvas, 0, 0, 'abcdefghijkl');
    expect(rowOf(canvas, 0)).toBe('abcdefghi…');
    put(canvas, 2, 0, 'xyz123', 0, 3);
    expect(rowOf(canvas, 0)).toBe('abxy…fghi…');
  });

  it('ignores what lies outside', () => {
    const canvas = createCanvas(4, 1);
    put(canvas, 0, 5, 'abc');
    put(canvas, 9, 0, 'abc');
    putRight(canvas, 2, 0, 'abcd');
    expect(rowOf(canvas, 0)).toBe('cd  ');
  });

  it('fits text into columns', () => {
    expect(fit('ab', 4)).toBe('ab  ');
    expect(fit('abcdef', 4)).toBe('abc…');
  });

  it('breaks lines between words, and long words where it must', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrap('abcdefghij k', 4)).toEqual(['abcd', 'efgh', 'ij k']);
  });
});

describe('terminal', () => {
  it.each([
    ['xterm-256color', 'xterm-256color'], ['screen-256color', 'xterm-256color'], ['tmux-256color', 'xterm-256color'],
    ['linux', 'linux'], [undefined, 'xterm-256color'],
  ])('TERM=%s is driven as %s', (term, name) => {
    expect(terminalName(term)).toBe(name);
  });

  it.each([
    [{ LANG: 'es_ES.UTF-8' }, false], [{ LANG: 'C' }, true], [{}, false], [{ TMUX: '/tmp/x' }, true],
    [{ LC_ALL: 'POSIX', LANG: 'C.UTF-8' }, true],
  ])('with %j the screen keeps to ASCII: %s', (env, ascii) => {
    expect(needsAscii(env)).toBe(ascii);
  });
});
