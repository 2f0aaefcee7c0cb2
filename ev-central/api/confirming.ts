// Asks a person for her password again, and for a one-time code where she has a second factor, by the rules of a
// log-in, with its lock-outs and its audit. The log-in that comes of it ends at once.
import { callerIn, changeAccess, put } from './asking.ts';
import type { Api, Ask } from './operation.ts';
import { loginRefused } from './problem-of-access.ts';
import { sha256 } from './tokens.ts';
import { accessIdSchema } from '../../shared/ids.ts';

const LIFE_MS = 60_000;

/** Throws a problem when it is not she. */
export async function confirmPerson(
  api: Api, ask: Ask<unknown, unknown, unknown>, proof: { password: string; code?: string | undefined },
): Promise<void> {
  const caller = callerIn(ask);
  const frame = await put(api, {
    ...proof,
    make: (to) => ({
      kind: 'api-login', ...to, userId: caller.userId, address: ask.address, purpose: 'api', agent: ask.agent,
      refreshSha256: sha256(api.tokens.secret()), lifeMs: LIFE_MS,
    }),
  });
  if (frame === 'stale' || frame.type !== 'api-welcome') throw loginRefused(frame);
  await changeAccess(api, ask, caller, { kind: 'revoke-session', accessId: accessIdSchema.parse(frame['accessId']) });
}
