// What the local gateway does on purpose: by the token what becomes of a payment, by the last two digits of its amount
// (in minor units) what goes wrong on the way. With `--seed` and `--faults` the same happens at random, too.

/** By the token. Others are refused. */
export const TOKENS = {
  'tok-ok': 'is paid at once',
  'tok-declined': 'is declined',
  'tok-3ds': 'waits for the payer, who confirms or refuses at its action address',
  'tok-later': 'is pending at first, and paid a moment later: only the webhook tells',
  'tok-capture-refused': 'is authorized, but its capture is refused',
  'tok-refund-refused': 'is paid, but its refund is refused',
} as const;
export type Token = keyof typeof TOKENS;

export type Manner = {
  readonly answer: 'at-once' | 'late' | 'lost' | 'not-now';
  readonly webhooks: 'once' | 'lost' | 'twice' | 'reversed';
};
const PLAIN: Manner = { answer: 'at-once', webhooks: 'once' };

/** By the last two digits of the amount. */
export const AMOUNTS: Readonly<Record<number, { readonly about: string } & Partial<Manner>>> = {
  51: { about: 'the first answer of each operation is lost: it was carried out, but nobody hears', answer: 'lost' },
  52: { about: 'the first attempt of each operation is answered with 503: nothing was done', answer: 'not-now' },
  53: { about: 'answers come late', answer: 'late' },
  54: { about: 'webhooks are lost', webhooks: 'lost' },
  55: { about: 'webhooks come twice', webhooks: 'twice' },
  56: { about: 'webhooks come in the wrong order', webhooks: 'reversed' },
  57: { about: 'the amount is refused' },
};
/** The last two digits of an amount that the gateway does not take. */
export const REFUSED_AMOUNT = 57;

/** `next` gives numbers from 0 to 1; `faults` is how many of 1 go wrong by chance. */
export function mannerOf(
  amountMinor: number, { isFirst, next, faults }: { isFirst: boolean; next: () => number; faults: number },
): Manner {
  const magic = AMOUNTS[amountMinor % 100] ?? PLAIN;
  const strikes = faults > 0 && next() < faults;
  const random = strikes ? pick(['late', 'lost', 'not-now'] as const, next) : 'at-once';
  const answer = magic.answer ?? random;
  const webhooks = magic.webhooks ?? (faults > 0 && next() < faults ? pick(['lost', 'twice', 'reversed'] as const, next)
    : 'once');
  // Once only: whoever asks again under the same key is served.
  const spoils = answer === 'late' || isFirst || random !== 'at-once';
  return { answer: spoils ? answer : 'at-once', webhooks };
}

function pick<T>(of: readonly [T, ...T[]], next: () => number): T {
  return of[Math.floor(next() * of.length)] ?? of[0];
}

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
