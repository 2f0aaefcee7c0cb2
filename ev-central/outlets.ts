// Carries out what the core wants done, after the commit that holds the state it came from.
import { assertNever } from '../shared/assert.ts';
import type { Publish } from './core/effects.ts';
import { type Door, isThroughDoor } from './door.ts';
import type { Leaving } from './loop.ts';
import type { PaymentDesk } from './payments/desk.ts';
import type { Links } from './links/links.ts';

/** By topic. Each takes all of a batch at once: one call to the broker. */
export type Publishers = Readonly<Record<Publish['topic'], { publish(effects: readonly Publish[]): void }>>;

export type Outlets = {
  readonly links: Links;
  readonly door: Pick<Door, 'frame' | 'checkPassword'>;
  readonly publishers: Publishers;
  readonly payments: PaymentDesk;
  readonly mail: (effect: Extract<Leaving, { kind: 'send-mail' }>) => void;
  readonly message: (effect: Extract<Leaving, { kind: 'message' }>) => void;
};

export function carryOut(
  effects: readonly Leaving[], { links, door, publishers, payments, mail, message }: Outlets,
): void {
  const publishes: Record<Publish['topic'], Publish[]> = { progress: [], commands: [] };
  for (const effect of effects) {
    switch (effect.kind) {
      case 'publish': publishes[effect.topic].push(effect); break;
      case 'frame': (isThroughDoor(effect) ? door : links).frame(effect); break;
      case 'close': links.close(effect); break;
      case 'check-password': (isThroughDoor(effect) ? door : links).checkPassword(effect); break;
      case 'missed-notices': links.missedNotices(effect); break;
      case 'payment': payments.carryOut(effect); break;
      case 'send-mail': mail(effect); break;
      case 'message': message(effect); break;
      default: assertNever(effect, 'effect');
    }
  }
  publishers.progress.publish(publishes.progress);
  publishers.commands.publish(publishes.commands);
}
