// The pages of docs/ that are made from the sources, for `npm run docs` and for the test that compares.
import { configurationPage } from './configuration-page.ts';
import { protocolPage } from './protocol-page.ts';

/** Each page with its path from the project's folder. */
export function madePages(root: string): { path: string; text: string }[] {
  return [
    { path: 'docs/protocol.md', text: protocolPage(root) },
    { path: 'docs/configuration.md', text: configurationPage(root) },
  ];
}
