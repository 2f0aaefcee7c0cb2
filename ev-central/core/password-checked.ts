// What was compared outside comes back: whoever asked for it goes on.
import { assertNever } from '../../shared/assert.ts';
import { decideAccess } from './access.ts';
import { finishConfirmed } from './confirmed-order.ts';
import type { Input } from './inputs.ts';
import { finishLocalRequest, finishLogin } from './people.ts';
import type { Step } from './step.ts';

export function passwordChecked(
  step: Step, { checkId, ok, code = { kind: 'none' } }: Extract<Input, { kind: 'password-checked' }>,
): void {
  const pending = step.state.checks.get(checkId);
  step.state.checks.delete(checkId);
  if (pending === undefined) return;
  switch (pending.kind) {
    case 'login': case 'api-login': return finishLogin(step, pending, decideAccess(step, pending, { ok, code }));
    case 'confirmed-order': return finishConfirmed(step, pending, decideAccess(step, pending, { ok, code }));
    case 'local-request': return finishLocalRequest(step, pending, ok);
    default: assertNever(pending, 'check');
  }
}
