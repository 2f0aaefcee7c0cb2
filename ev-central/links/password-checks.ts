// Passwords and PINs are compared with bcrypt, two at a time: each takes some 60 ms of a processor, on libuv's threads,
// and a storm of log-ins must leave the rest of the process alone.
import { describeError, type Log } from '../../shared/log.ts';

/** Resolves true when the password belongs to the bcrypt hash. */
export type ComparePassword = (password: string, hash: string) => Promise<boolean>;

const AT_ONCE = 2;
/** Waiting comparisons take a minute by then: nobody waits longer for a log-in. */
const WAITING = 2_000;

type Check = { readonly password: string | null; readonly hash: string; readonly done: (ok: boolean) => void };

export type PasswordChecks = {
  /** `password` null: there is nothing to compare, the answer is no. `done` is called once, later. */
  check(check: Check): void;
};

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
