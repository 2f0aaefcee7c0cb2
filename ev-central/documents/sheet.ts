// A4 pages with a cursor: text that wraps, amounts that end at an edge, breaks that repeat a head, and a foot with
// "Page 1 of 3" on every page. The same calls make the same bytes: nothing in them is of the time or place of their
// making.
import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';

const PAGE = { width: 595.28, height: 841.89 } as const;
export const LEFT = 56;
export const RIGHT = PAGE.width - LEFT;
export const CONTENT_WIDTH = RIGHT - LEFT;
/** Where the column of details at the right begins. */
export const DETAILS_X = LEFT + CONTENT_WIDTH * 0.56;
const TOP = 52;
const BOTTOM = PAGE.height - 78;
const FOOT_Y = PAGE.height - 62;

export const INK = '#1b2430';
export const FAINT = '#5d6b7a';
export const ACCENT = '#0b6e69';
export const HAIR = '#cfd6dd';

/** How a piece of text looks and where it stands; `right` ends it at `x`. */
export type TextStyle = {
  readonly size?: number; readonly bold?: boolean; readonly color?: string;
  readonly x?: number; readonly width?: number; readonly right?: boolean; readonly lineGap?: number;
  /** What does not fit into this is cut, which the dots at its end say. */
  readonly height?: number;
};
export type Point = { readonly x: number; readonly y: number };
export type Box = Point & { readonly width: number; readonly height: number };
export type SheetOptions = {
  readonly title: string; readonly author: string; readonly createdAtMs: number;
  /** Small lines at the foot of every page. */
  readonly foot: readonly string[];
};

const require = createRequire(import.meta.url);
const FONTS = {
  plain: require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'),
  bold: require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'),
} as const;

export class Sheet {
  /** Where the next thing stands. */
  y = TOP;
  /** Drawn at the top of every page after the first. */
  onNewPage: () => void = () => undefined;
  /** Drawn at the foot of a page that another one follows; it has `footHeight` below what was put. */
  onPageEnd: () => void = () => undefined;
  footHeight = 0;
  readonly #doc: PDFKit.PDFDocument;
  readonly #foot: readonly string[];
  readonly #chunks: Buffer[] = [];
  readonly #ended: Promise<Buffer>;

  constructor({ title, author, createdAtMs, foot }: SheetOptions) {
    const at = new Date(createdAtMs);
    this.#foot = foot;
    this.#doc = new PDFDocument({
      size: 'A4', margin: 0, bufferPages: true, lang: 'en', displayTitle: true, font: FONTS.plain,
      info: { Title: title, Author: author, CreationDate: at, ModDate: at },
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#doc.on('data', (chunk: Buffer) => void this.#chunks.push(chunk));
      this.#doc.on('end', () => resolve(Buffer.concat(this.#chunks)));
      this.#doc.on('error', reject);
    });
  }

  /** Begins a page when less than `height` is left on this one. */
  ensure(height: number): void {
    if (this.y + height <= BOTTOM - this.footHeight) return;
    this.onPageEnd();
    this.#doc.addPage();
    this.y = TOP;
    this.onNewPage();
  }

  /** Puts text at the cursor, or at `y`, without moving the cursor; returns its height. */
  put(text: string, style: TextStyle = {}, y = this.y): number {
    const { x = LEFT, width = style.right === true ? 160 : RIGHT - x, right = false, color = INK } = style;
    const height = this.heightOf(text, { ...style, width });
    this.#doc.fillColor(color)
      .text(text, right ? x - width : x, y, {
        width, align: right ? 'right' : 'left', lineGap: style.lineGap ?? 0,
        ...(style.height === undefined ? {} : { height: style.height, ellipsis: '…' }),
      });
    return height;
  }

  heightOf(text: string, { size = 9, bold = false, width = CONTENT_WIDTH, lineGap = 0 }: TextStyle): number {
    this.#doc.font(bold ? FONTS.bold : FONTS.plain).fontSize(size);
    return text === '' ? 0 : this.#doc.heightOfString(text, { width, lineGap });
  }

  /** Names and values in the column of details, the value of `boldName` bold; returns where they end. */
  putDetails(details: readonly (readonly [string, string])[], boldName: string, top: number): number {
    let y = top;
    for (const [name, value] of details) {
      this.put(name, { size: 8.5, color: FAINT, x: DETAILS_X, width: 58 }, y);
      const style = { size: 8.5, x: DETAILS_X + 60, width: RIGHT - DETAILS_X - 60, bold: name === boldName };
      y += this.put(value, style, y) + 4;
    }
    return y;
  }

  /** A line from edge to edge, or from `x`. */
  rule({ x = LEFT, color = HAIR, width = 0.6 }: { x?: number; color?: string; width?: number } = {}): void {
    this.#doc.moveTo(x, this.y).lineTo(RIGHT, this.y).lineWidth(width).strokeColor(color).stroke();
  }

  /** A filled rectangle; it does not move the cursor. */
  fill({ x, y, width, height }: Box, color: string): void {
    this.#doc.rect(x, y, width, height).fill(color);
  }

  /** A line through points; it does not move the cursor. */
  path(points: readonly Point[], { color, width = 1 }: { color: string; width?: number }): void {
    const [first, ...rest] = points;
    if (first === undefined) return;
    this.#doc.moveTo(first.x, first.y);
    for (const { x, y } of rest) this.#doc.lineTo(x, y);
    this.#doc.lineWidth(width).strokeColor(color).stroke();
  }

  /** The finished document. */
  end(): Promise<Buffer> {
    const { count } = this.#doc.bufferedPageRange();
    for (let page = 0; page < count; page++) {
      this.#doc.switchToPage(page);
      this.y = FOOT_Y;
      this.rule();
      this.put(`Page ${page + 1} of ${count}`, { size: 7, color: FAINT, x: RIGHT, right: true }, FOOT_Y + 7);
      this.put(this.#foot.join('\n'), {
        size: 7, color: FAINT, width: CONTENT_WIDTH - 90, lineGap: 1.5, height: PAGE.height - FOOT_Y - 14,
      }, FOOT_Y + 7);
    }
    this.#doc.end();
    return this.#ended;
  }
}
