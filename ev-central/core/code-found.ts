// What passes between the core and the shell about a one-time code.
import type { SecondFactor } from './rows.ts';

/** What the code that came with a password turned out to be. */
export type CodeFound =
  | { readonly kind: 'none' }
  | { readonly kind: 'wrong' }
  /** A code of the authenticator; `counter` counts its steps of 30 s since 1970. */
  | { readonly kind: 'timed'; readonly counter: number }
  | { readonly kind: 'recovery'; readonly sha256: string }
  /** No code: the client has the key of a log-in that was let in with one. */
  | { readonly kind: 'proved' };

/** What the shell needs to find that out. */
export type CodeSecrets = Pick<SecondFactor, 'secretBase64' | 'recoverySha256s'>;
