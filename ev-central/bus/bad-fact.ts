// What can be read of a fact that is not as it should be: enough to say which one it is.
import { isId, pointId, sessionId } from '../../shared/ids.ts';
import type { BadFact } from '../core/inputs.ts';

/** As `badFact`, of the text of a message; null when it does not say which of its point's facts it is. */
export function readBadFact(text: string, sender: string): BadFact | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? badFact(value, sender) : null;
  } catch {
    return null;
  }
}

/** The place of a fact in its point's history, and the charge that it names; null without a place. */
export function badFact(message: object, sender: string): BadFact | null {
  const { bootId, seq, type, sessionId: named } = message as Record<string, unknown>;
  if (!isPlace(bootId) || !isPlace(seq)) return null;
  return {
    pointId: pointId(sender), bootId, seq, type: typeof type === 'string' ? type : null,
    sessionId: typeof named === 'string' && isId(named) ? sessionId(named) : null,
  };
}

function isPlace(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
