// Whether somebody is who she says: lock-outs first, then the password and, for who has a second factor, a one-time
// code. Both are compared outside, because that takes cryptography and, for bcrypt, time; what was found comes back as
// an input, and here it is decided. Every way in asks these functions, so that none has rules of its own.
import type { KeyId, UserId } from '../../shared/ids.ts';
import type { AccessRefusal } from '../../shared/messages/refusal.ts';
import type { CodeFound, CodeSecrets } from './code-found.ts';
import { clearFailures, countFailure, lockedUntil } from './lockout.ts';
import type { User } from './rows.ts';
import type { Step } from './step.ts';

export type Claim = { readonly userId: UserId; readonly address: string };

export type AccessRefused = { readonly reason: AccessRefusal; readonly retryAfterMs: number | null };
export type Access = ({ readonly granted: true; readonly user: User }) | ({ readonly granted: false } & AccessRefused);

/** Why nothing is even compared now; null when it is. */
export function lockedOut(step: Step, claim: Claim): AccessRefused | null {
  const until = lockedUntil(step, guessersOf(claim));
  return until === undefined ? null : { reason: 'locked-out', retryAfterMs: until - step.now };
}

/** What passwords and codes are compared with. */
export type Comparison = {
  readonly hash: string | null; readonly secondFactor: CodeSecrets | null; readonly loginKeyBase64: string | null;
};

/**
 * What password and code are compared with. Nobody's is null, and the comparison takes as long as that of others.
 * `proofBy`: the login key that the client says it has.
 */
export function toCompare(
  { state, now }: Step, { userId, proofBy }: { readonly userId: UserId; readonly proofBy: KeyId | null },
): Comparison {
  const factor = state.secondFactors.get(userId);
  const key = factor === undefined || proofBy === null ? undefined : state.keys.get(proofBy);
  // A key of before there was a second factor was given for a password alone.
  const isGood = key?.kind === 'login' && key.ownerId === userId && key.revokedAtMs === null
    && now < (key.expiresAtMs ?? Infinity) && factor?.confirmed === true && key.createdAtMs >= factor.madeAtMs;
  return {
    hash: state.users.get(userId)?.passwordHash ?? null,
    secondFactor: factor === undefined
      ? null : { secretBase64: factor.secretBase64, recoverySha256s: factor.recoverySha256s },
    loginKeyBase64: isGood ? key.keyBase64 : null,
  };
}

/** Decides, once the password and the code were compared. A wrong one counts; a code that was right is used up. */
export function decideAccess(step: Step, claim: Claim, found: { ok: boolean; code: CodeFound }): Access {
  const user = step.state.users.get(claim.userId);
  if (!found.ok || user === undefined) return wrong(step, claim, 'unknown-or-wrong');
  // Many guesses can be on their way at once: those before this one may have locked her out meanwhile.
  const locked = lockedOut(step, claim);
  if (locked !== null) return { granted: false, ...locked };
  if (!user.active) return refused('user-inactive');
  const refusal = takeCode(step, user, found.code);
  if (refusal === 'code-wrong') return wrong(step, claim, refusal);
  if (refusal !== null) return refused(refusal);
  clearFailures(step, `user:${claim.userId}`);
  return { granted: true, user };
}

/** Why the code does not let her in; null when it does, or when she needs none. */
function takeCode(step: Step, user: User, code: CodeFound): AccessRefusal | null {
  const { secondFactors, settings } = step.state;
  const factor = secondFactors.get(user.userId);
  if (factor === undefined || (!factor.confirmed && code.kind === 'none')) {
    return settings.secondFactorRoles.includes(user.role) ? 'second-factor-missing' : null;
  }
  switch (code.kind) {
    case 'none': return 'code-required';
    case 'wrong': return 'code-wrong';
    case 'proved': return null;
    case 'timed':
      // Whoever looked over her shoulder comes with the same code, or with the one before it.
      if (code.counter <= factor.lastCounter) return 'code-wrong';
      secondFactors.put({ ...factor, confirmed: true, lastCounter: code.counter });
      return null;
    case 'recovery': {
      const left = factor.recoverySha256s.filter((each) => each !== code.sha256);
      if (!factor.confirmed || left.length === factor.recoverySha256s.length) return 'code-wrong';
      secondFactors.put({ ...factor, recoverySha256s: left });
      return null;
    }
    default: return code satisfies never;
  }
}

function guessersOf({ userId, address }: Claim): string[] {
  return [`user:${userId}`, `addr:${address}`];
}

function wrong(step: Step, claim: Claim, reason: AccessRefusal): Access {
  countFailure(step, guessersOf(claim));
  return refused(reason);
}

function refused(reason: AccessRefusal): Access {
  return { granted: false, reason, retryAfterMs: null };
}
