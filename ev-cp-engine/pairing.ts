// The pairing code that engine and monitor were given: compared in constant time, and not to be guessed. A code may
// be as short as four characters, so an address that was wrong a few times is refused for a while, right or wrong.
import { timingSafeEqual } from 'node:crypto';

const WRONG_AT_MOST = 5;
const REFUSED_MS = 5 * 60_000;
const TOO_MANY = 'too many wrong pairing codes came from there: wait five minutes';
/** Addresses that are remembered; the oldest is forgotten. */
const ADDRESSES = 1_000;

/** Why this code from this address (without its port) is not taken; null: it is. */
export type CheckPairing = (given: string | null, address: string) => string | null;

/** Checks against `code`; null asks for none. */
export function createPairing(code: string | null, awakeMs: () => number): CheckPairing {
  const wrong = new Map<string, { count: number; sinceMs: number }>();
  return (given, address) => {
    if (code === null) return null;
    const known = wrong.get(address);
    const counts = known !== undefined && awakeMs() - known.sinceMs < REFUSED_MS;
    if (counts && known.count >= WRONG_AT_MOST) return TOO_MANY;
    if (sameText(code, given ?? '')) {
      wrong.delete(address);
      return null;
    }
    wrong.delete(address); // and put at the end: the map keeps the order of the last guesses
    wrong.set(address, { count: counts ? known.count + 1 : 1, sinceMs: awakeMs() });
    for (const oldest of wrong.keys()) {
      if (wrong.size <= ADDRESSES) break;
      wrong.delete(oldest);
    }
    return 'the pairing code is wrong';
  };
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
