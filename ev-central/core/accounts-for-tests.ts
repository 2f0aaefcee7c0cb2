// Test support: letters and codes of a network in memory, as the shell handles them.
import { connectionId, messageId, requestId, userId } from '../../shared/ids.ts';
import type { Registration } from '../../shared/messages/accounts.ts';
import type { Order } from '../../shared/messages/orders.ts';
import { currency } from '../../shared/money.ts';
import type { Network } from './core-harness.ts';
import type { Effect } from './effects.ts';
import type { AccountChange } from './inputs.ts';

export const NEW_HASH = `$2b$04$${'n'.repeat(53)}`;
export const DORA: Registration = {
  email: 'dora@example.org', name: 'Dora Díaz', language: 'es', timeZone: 'Europe/Madrid', currency: currency('EUR'),
};
export type Letter = Extract<Effect, { kind: 'send-mail' }>;
type Told = { outcome: string; reason: string | null; userId: string | null; retryAfterMs: number | null };

export function lettersIn(network: Network): Letter[] {
  return network.effects.flatMap((effect) => (effect.kind === 'send-mail' ? [effect] : []));
}

/** Somebody who is not logged in; what she is told, and the letters that leave. */
export function ask(network: Network, change: AccountChange, address = '10.0.0.9'): { told: Told; letters: Letter[] } {
  network.feed({ kind: 'account', connectionId: connectionId(-1), re: messageId('a1'), address, change });
  const told = frameIn(network, 'account-result') as unknown as Told;
  return { told, letters: lettersIn(network) };
}

/** Registers and brings the code. */
export function openAccount(network: Network, registration: Registration = DORA, id = 'dora'): void {
  const codeId = ask(network, { kind: 'register', registration }).letters[0]?.mailId ?? '';
  const account = { userId: userId(id), passwordHash: NEW_HASH };
  const { told } = ask(network, { kind: 'verify', codeId, account });
  if (told.outcome !== 'done') throw new Error(`no account: ${told.reason ?? ''}`);
}

/** An order about herself with her password, which is right or wrong; the answer. */
export function confirmed(network: Network, who: string, order: Order, ok: boolean): Record<string, unknown> {
  network.feed({
    kind: 'confirmed-order', connectionId: connectionId(-2), re: messageId('a2'), order,
    orderId: requestId(`own-${network.now}`), userId: userId(who), address: '10.0.0.9',
  });
  const check = network.effects.find((effect) => effect.kind === 'check-password');
  if (check?.kind === 'check-password') network.feed({ kind: 'password-checked', checkId: check.checkId, ok });
  return frameIn(network);
}

function frameIn(network: Network, type?: string): Record<string, unknown> {
  const frames = network.effects.flatMap((effect) => (effect.kind === 'frame' ? [effect.frame] : []));
  const frame = frames.find((each) => type === undefined || each.type === type);
  if (frame === undefined) throw new Error('no answer');
  return frame;
}
