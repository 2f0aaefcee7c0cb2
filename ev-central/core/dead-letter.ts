// What nobody can read is kept as it came, still sealed, sent to the services that look after it, and said on the
// screen.
import { correlationId } from '../../shared/ids.ts';
import type { Input } from './inputs.ts';
import { emit, envelope, type Step, tell } from './step.ts';

export type DeadLetterInput = Extract<Input, { kind: 'dead-letter' }>;

export function deadLetter(step: Step, input: DeadLetterInput): void {
  const { kind: _kind, fact: _fact, ...letter } = input;
  const message = {
    ...envelope(step, correlationId('dead-letter')), type: 'dead-letter' as const, ...letter,
    headers: { ...letter.headers },
  };
  emit(step, { kind: 'append', table: 'dead_letters', row: message });
  emit(step, { kind: 'send', topic: 'dead-letters', key: input.source, to: 'services', message });
  const { source, claimedSender, reason, detail } = input;
  tell(step, 'warn', `not understandable: ${source} from ${claimedSender}: ${reason}, ${detail}`);
}
