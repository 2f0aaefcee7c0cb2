// What people read, by kind and language. The first line stands alone: it is all that a text message, a chat and a push
// message have; a letter has them all. Nobody is named: the address is enough.
import type { Language } from '../../shared/messages/accounts.ts';
import type { Occasion } from '../core/rows.ts';
import { ENGLISH } from './english.ts';
import { PORTUGUESE } from './portuguese.ts';
import { said, type Words } from './said.ts';
import { SPANISH } from './spanish.ts';

/** What is sent: `short` fits where there is no room. */
export type Wording = { readonly subject: string; readonly short: string; readonly body: string };

const WORDS: Readonly<Record<Language, Words>> = { en: ENGLISH, es: SPANISH, pt: PORTUGUESE };
const NETWORK = 'EV network';
/** Two text messages in the alphabet of accents (UCS-2: 67 a part). */
const SHORT_CHARACTERS = 134;

export function wordingOf(
  occasion: Occasion, { language, timeZone }: { readonly language: Language; readonly timeZone: string },
): Wording {
  const words = WORDS[language];
  const { subject, lines } = words.kinds[occasion.kind](said(occasion, language, timeZone));
  const [first] = lines;
  const short = `${NETWORK}: ${first}`;
  // Half of a character that is two is none.
  const cut = short.slice(0, SHORT_CHARACTERS - 1).replace(/[\uD800-\uDBFF]$/, '');
  return {
    subject: `${NETWORK}: ${subject}`,
    short: short.length <= SHORT_CHARACTERS ? short : `${cut}…`,
    body: `${[...lines.filter((line) => line !== ''), words.foot].join('\n\n')}\n`,
  };
}
