// Turns a terminal's screen (a buffer of @xterm/headless) into an SVG: for the README's picture of the real screen.
import type { IBuffer, IBufferCell, Terminal } from '@xterm/headless';

const CELL = { width: 8.4, height: 17, fontSize: 14, baseline: 13 } as const;
const PAGE = { background: '#14171c', text: '#d5d8dd', margin: 12 } as const;

/** The visible part of a terminal as an SVG document with a title for those who cannot see it. */
export function screenPicture(terminal: Pick<Terminal, 'buffer' | 'cols' | 'rows'>, title: string): string {
  const buffer = terminal.buffer.active;
  const width = terminal.cols * CELL.width + 2 * PAGE.margin;
  const height = terminal.rows * CELL.height + 2 * PAGE.margin;
  const rows = Array.from({ length: terminal.rows }, (_unused, y) => drawRow(runsOf(buffer, y, terminal.cols), y));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" role="img">`,
    `<title>${escape(title)}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="${PAGE.background}"/>`,
    `<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${CELL.fontSize}" `
      + 'xml:space="preserve">',
    ...rows, '</g>', '</svg>', '',
  ].join('\n');
}

/** Cells beside each other that look alike. */
type Look = { readonly fg: string; readonly bg: string | null; readonly bold: boolean };
type Run = Look & { readonly x: number; text: string };

function runsOf(buffer: IBuffer, y: number, columns: number): Run[] {
  const line = buffer.getLine(buffer.viewportY + y);
  const runs: Run[] = [];
  for (let x = 0; x < columns; x++) {
    const cell = line?.getCell(x);
    if (cell === undefined) continue;
    const look = lookOf(cell);
    const text = cell.getChars() === '' ? ' ' : cell.getChars();
    const last = runs.at(-1);
    if (last !== undefined && last.fg === look.fg && last.bg === look.bg && last.bold === look.bold) last.text += text;
    else runs.push({ x, text, ...look });
  }
  return runs;
}

function lookOf(cell: IBufferCell): Look {
  const fg = cell.isFgPalette() ? paletteColour(cell.getFgColor()) : PAGE.text;
  const bg = cell.isBgPalette() ? paletteColour(cell.getBgColor()) : null;
  const bold = cell.isBold() !== 0;
  return cell.isInverse() === 0 ? { fg, bg, bold } : { fg: bg ?? PAGE.background, bg: fg, bold };
}

function drawRow(runs: readonly Run[], y: number): string {
  const top = PAGE.margin + y * CELL.height;
  return runs.map((run) => {
    const x = PAGE.margin + run.x * CELL.width;
    const width = run.text.length * CELL.width;
    const place = `x="${round(x)}" y="${round(top)}" width="${round(width + 0.2)}" height="${CELL.height}"`;
    const back = run.bg === null ? '' : `<rect ${place} fill="${run.bg}"/>`;
    if (run.text.trim() === '') return back;
    // `textLength` keeps the columns straight whatever font the reader has.
    return `${back}<text x="${round(x)}" y="${round(top + CELL.baseline)}" textLength="${round(width)}" `
      + `lengthAdjust="spacingAndGlyphs" fill="${run.fg}"${run.bold ? ' font-weight="bold"' : ''}>`
      + `${escape(run.text)}</text>`;
  }).join('');
}

const BASE_COLOURS = [
  '#000000', '#cd3131', '#0dbc79', '#e5e510', '#2472c8', '#bc3fbc', '#11a8cd', '#e5e5e5', '#666666', '#f14c4c',
  '#23d18b', '#f5f543', '#3b8eea', '#d670d6', '#29b8db', '#ffffff',
] as const;

/** xterm's palette of 256 colours: 16 base colours, a cube of 6 x 6 x 6, 24 greys. */
export function paletteColour(index: number): string {
  const base = BASE_COLOURS[index];
  if (base !== undefined) return base;
  if (index >= 232) return hex([8 + (index - 232) * 10, 8 + (index - 232) * 10, 8 + (index - 232) * 10]);
  const level = (n: number): number => (n === 0 ? 0 : 55 + n * 40);
  const cube = index - 16;
  return hex([level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)]);
}

function hex(parts: readonly number[]): string {
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
