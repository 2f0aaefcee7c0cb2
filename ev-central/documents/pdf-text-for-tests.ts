// Test support: reads the text of a document back, page by page, from the bytes alone, as a viewer does: content
// streams, and each font's own table from glyphs to letters. No program of the machine is needed.
import { inflateSync } from 'node:zlib';

type PdfObject = { readonly head: string; readonly stream: Buffer | null };

/** The pieces of text of each page, in the order in which they were drawn. */
export function pdfPages(pdf: Buffer): string[][] {
  const objects = readObjects(pdf);
  const pages = [...objects.values()].filter(({ head }) => /\/Type \/Page\b(?!s)/.test(head));
  return pages.map((page) => {
    const content = refOf(page.head, 'Contents');
    const resources = objects.get(refOf(page.head, 'Resources'))?.head ?? page.head;
    return textsOf((objects.get(content)?.stream ?? Buffer.alloc(0)).toString('latin1'), fontsOf(resources, objects));
  });
}

function readObjects(pdf: Buffer): Map<string, PdfObject> {
  const objects = new Map<string, PdfObject>();
  const text = pdf.toString('latin1');
  for (const match of text.matchAll(/^(\d+) 0 obj\n/gm)) {
    const from = match.index + match[0].length;
    const end = text.indexOf('\nendobj', from);
    const streamAt = text.indexOf('\nstream\n', from);
    if (streamAt < 0 || streamAt > end) {
      objects.set(match[1] ?? '', { head: text.slice(from, end), stream: null });
      continue;
    }
    const head = text.slice(from, streamAt);
    const length = Number(/\/Length (\d+)/.exec(head)?.[1]);
    const raw = pdf.subarray(streamAt + 8, streamAt + 8 + length);
    objects.set(match[1] ?? '', { head, stream: head.includes('FlateDecode') ? inflateSync(raw) : raw });
  }
  return objects;
}

function refOf(head: string, name: string): string {
  return new RegExp(`/${name} (\\d+) 0 R`).exec(head)?.[1] ?? '';
}

/** Of each font's name: the letters of its glyphs. */
function fontsOf(resources: string, objects: ReadonlyMap<string, PdfObject>): Map<string, Map<number, string>> {
  const fonts = new Map<string, Map<number, string>>();
  for (const [, name = '', ref = ''] of resources.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
    const table = objects.get(refOf(objects.get(ref)?.head ?? '', 'ToUnicode'))?.stream?.toString('latin1') ?? '';
    fonts.set(name, lettersOf(table));
  }
  return fonts;
}

/** `<0000> <00ff> [<0041> <0042> …]`: the letters of consecutive glyphs. */
function lettersOf(table: string): Map<number, string> {
  const letters = new Map<number, string>();
  for (const [, first = '', list = ''] of table.matchAll(/<([0-9a-f]+)> <[0-9a-f]+> \[([^\]]*)\]/gi)) {
    [...list.matchAll(/<([0-9a-f ]*)>/gi)].forEach(([, hex = ''], i) => {
      const units = hex.replaceAll(' ', '').match(/.{4}/g) ?? [];
      letters.set(parseInt(first, 16) + i, String.fromCharCode(...units.map((unit) => parseInt(unit, 16))));
    });
  }
  return letters;
}

function textsOf(content: string, fonts: ReadonlyMap<string, ReadonlyMap<number, string>>): string[] {
  const texts: string[] = [];
  let letters: ReadonlyMap<number, string> = new Map();
  for (const [, font, array] of content.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
    if (font !== undefined) letters = fonts.get(font) ?? new Map();
    if (array === undefined) continue;
    const glyphs = [...array.matchAll(/<([0-9a-f]*)>/gi)].flatMap(([, hex = '']) => hex.match(/.{4}/g) ?? []);
    texts.push(glyphs.map((glyph) => letters.get(parseInt(glyph, 16)) ?? '?').join(''));
  }
  return texts;
}
