// Passwords and PINs are compared with bcrypt, two at a time: each takes some 60 ms of a processor, on libuv's threads,
// and a storm of log-ins must leave the rest of the process alone.
import { describeError, type Log } from '../../shared/log.ts';

/** Resolves true when the password belongs to the bcrypt hash. */
export type ComparePassword = (password: string, hash: string) => Promise<boolean>;

/** bcrypt's text: version, cost, then salt and hash. */
const COST = /^\$2[abxy]\$(\d\d)\$/;
/** Salt and hash of nothing that anybody knows. */
const NOBODYS = '7EqJtq98hPqEX7fNZaFWoOhi5rYB6y2uE0Mn1cHhXk9oQGdM9b1qW';
/** What the tools take without `--bcrypt-cost`. */
const USUAL_COST = '10';
/** So many users tell which cost is the usual one: a network's users are mostly made alike. */
const USERS_LOOKED_AT = 100;

const AT_ONCE = 2;
/** Waiting comparisons take a minute by then: nobody waits longer for a log-in. */
const WAITING = 2_000;

type Check = { readonly password: string | null; readonly hash: string; readonly done: (ok: boolean) => void };

export type PasswordChecks = {
  /** `password` null: there is nothing to compare, the answer is no. `done` is called once, later. */
  check(check: Check): void;
};

/**
 * What is compared when there is no such user: a hash of the cost that most users have, so that the time of the answer
 * does not tell. `hashes` are the users' own.
 */
export function standInHash(hashes: Iterable<string | null>): string {
  const counts = new Map<string, number>();
  let looked = 0;
  for (const hash of hashes) {
    if (looked === USERS_LOOKED_AT) break;
    looked += 1;
    const cost = COST.exec(hash ?? '')?.[1];
    if (cost !== undefined) counts.set(cost, (counts.get(cost) ?? 0) + 1);
  }
  const [usual] = [...counts].sort(([, a], [, b]) => b - a);
  return `$2b$${usual?.[0] ?? USUAL_COST}$${NOBODYS}`;
}

export function createPasswordChecks(compare: ComparePassword, log: Log): PasswordChecks {
  const waiting: Check[] = [];
  let running = 0;

  async function run({ password, hash, done }: Check): Promise<void> {
    running += 1;
    let ok = false;
    try {
      ok = password !== null && await compare(password, hash);
    } catch (error) {
      log('error', 'password-check-failed', { reason: describeError(error) });
    }
    running -= 1;
    done(ok);
    next();
  }

  function next(): void {
    while (running < AT_ONCE) {
      const check = waiting.shift();
      if (check === undefined) return;
      void run(check);
    }
  }

  return {
    check(check) {
      if (waiting.length < WAITING) waiting.push(check);
      else void run({ ...check, password: null });
      next();
    },
  };
}
