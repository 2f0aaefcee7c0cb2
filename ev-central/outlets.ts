// Carries out what the core wants done, after the commit that holds the state it came from.
import { assertNever } from '../shared/assert.ts';
import type { Publish } from './core/effects.ts';
import type { Leaving } from './loop.ts';
import type { Links } from './links/links.ts';

export type Outlets = {
  readonly links: Links;
  /** All of a batch at once: one call to the broker. */
  readonly publish: (effects: readonly Publish[]) => void;
  readonly message: (effect: Extract<Leaving, { kind: 'message' }>) => void;
};

export function carryOut(effects: readonly Leaving[], { links, publish, message }: Outlets): void {
  const publishes: Publish[] = [];
  for (const effect of effects) {
    switch (effect.kind) {
      case 'publish': publishes.push(effect); break;
      case 'frame': links.frame(effect); break;
      case 'close': links.close(effect); break;
      case 'check-password': links.checkPassword(effect); break;
      case 'missed-notices': links.missedNotices(effect); break;
      case 'message': message(effect); break;
      default: assertNever(effect, 'effect');
    }
  }
  publish(publishes);
}
