import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MESSAGES } from '../../shared/messages/catalogue.ts';
import { madePages } from '../../scripts/docs/made-pages.ts';
import { ROOT } from './sources.ts';

describe('a page that is made from the sources', () => {
  it.each(madePages(ROOT).map((page) => [page.path, page.text] as const))('%s says what they say', (path, text) => {
    // Run “npm run docs” when this fails.
    expect(readFileSync(join(ROOT, path), 'utf8')).toBe(text);
  });
});

describe('the protocol page', () => {
  const text = madePages(ROOT).find((page) => page.path === 'docs/protocol.md')?.text ?? '';

  it('has a section with an example for every message', () => {
    const missing = MESSAGES.filter(({ type, example, summary }) => !text.includes(`### ${type}`)
      || !text.includes(JSON.stringify(example, null, 2)) || !text.includes(summary));
    expect(missing.map(({ type }) => type)).toEqual([]);
  });

  it('leads every reference to a shape to its section', () => {
    const references = new Set([...text.matchAll(/\]\(#([a-z-]+)\)/g)].map(([, anchor]) => anchor));
    const sections = new Set([...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title.toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')));
    expect([...references].filter((anchor) => !sections.has(anchor ?? ''))).toEqual([]);
  });

  it('takes what a field means from the comment beside its schema', () => {
    expect(text).toContain('| `mayQueue` | true or false | True: join the waiting queue when nothing is free.');
  });
});
