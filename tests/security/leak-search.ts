// Looks for secrets in everything that was written or printed, in the forms in which one leaks: as it is, base64 (at
// any of its three alignments within a longer text), base64url, hex, and as part of a URL.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export type Secret = { readonly name: string; readonly bytes: Buffer };
export type Leak = { readonly secret: string; readonly form: string; readonly where: string };
type Needle = { readonly secret: string; readonly form: string; readonly bytes: Buffer };

/** A secret that people see as text. */
export function textSecret(name: string, text: string): Secret {
  return { name, bytes: Buffer.from(text, 'utf8') };
}

/** Finds the secrets' forms in bytes. */
export class LeakSearch {
  readonly #needles: readonly Needle[];

  constructor(secrets: readonly Secret[]) {
    this.#needles = secrets.flatMap(needlesOf);
  }

  in(where: string, content: Buffer | string): Leak[] {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    return this.#needles.filter((needle) => bytes.includes(needle.bytes))
      .map(({ secret, form }) => ({ secret, form, where }));
  }

  /** Every file under a folder, but those that `skip` names by their path in it. */
  inFolder(dir: string, skip: (path: string) => boolean = () => false): Leak[] {
    return readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
      .map((entry) => relative(dir, join(entry.parentPath, entry.name))).filter((path) => !skip(path))
      .flatMap((path) => this.in(path, readFileSync(join(dir, path))));
  }
}

/** All forms of one secret, as bytes to look for. */
export function formsOf({ bytes }: Secret): Record<string, string | Buffer> {
  const forms: Record<string, string | Buffer> = {
    plain: bytes, hex: bytes.toString('hex'), HEX: bytes.toString('hex').toUpperCase(),
    url: encodeURIComponent(bytes.toString('utf8')), json: JSON.stringify(bytes.toString('utf8')).slice(1, -1),
    'percent-encoded': [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  };
  for (let shift = 0; shift < 3; shift += 1) {
    // What is left of it when its first and last characters also hold bits of its neighbours.
    const padded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64url');
    const core = padded.slice(Math.ceil((shift * 8) / 6), padded.length - ((bytes.length + shift) % 3 === 0 ? 0 : 1));
    forms[`base64url+${shift}`] = core;
    forms[`base64+${shift}`] = core.replaceAll('-', '+').replaceAll('_', '/');
  }
  return forms;
}

function needlesOf(secret: Secret): Needle[] {
  return Object.entries(formsOf(secret)).map(([form, text]) =>
    ({ secret: secret.name, form, bytes: typeof text === 'string' ? Buffer.from(text, 'utf8') : text }))
    // Bytes that are no text have a “text” form without meaning, the same for many.
    .filter(({ bytes }) => bytes.length >= 6 && !bytes.includes('\ufffd') && !bytes.includes('%EF%BF%BD'));
}
