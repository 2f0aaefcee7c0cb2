// Under which key a message of Central leaves: the receiver's current one, asked when it is sealed.
import { assertNever } from '../../shared/assert.ts';
import type { OutRecord } from '../../shared/bus/port.ts';
import { topicName, type Topic } from '../../shared/bus/topics.ts';
import { pointId, userId } from '../../shared/ids.ts';
import { CENTRAL, seal } from '../../shared/seal.ts';
import { serviceToken } from '../../shared/service-key.ts';
import type { KeyRow } from '../core/rows.ts';
import type { State } from '../core/state.ts';
import type { KeyRing } from './key-ring.ts';

export type SentTopic = Extract<Topic, 'commands' | 'notices' | 'progress' | 'events' | 'dead-letters'>;

/** The part of the state that says which key a receiver has. */
export type KeyHolders = Pick<State, 'pointStates' | 'users' | 'keys'>;

/** The row of the key under which something for this receiver is sealed; undefined when it has none. */
export function receiverKey(
  state: KeyHolders, keys: KeyRing, topic: SentTopic, to: string,
): KeyRow | undefined {
  const id = keyIdOf(state, topic, to);
  const row = id === null ? undefined : keys.row(id);
  return row?.revokedAtMs === null ? row : undefined;
}

/** The key of the services that read events and dead letters: the newest that was not revoked. */
export function serviceKey(state: Pick<State, 'keys'>): KeyRow | undefined {
  let newest: KeyRow | undefined;
  for (const row of state.keys.values()) {
    if (row.kind !== 'service' || row.revokedAtMs !== null) continue;
    if (newest === undefined || row.createdAtMs > newest.createdAtMs) newest = row;
  }
  return newest;
}

/** What a service says at its log-in; null: there is no key of services yet. */
export function serviceTokenOf(state: Pick<State, 'keys'>): string | null {
  const key = serviceKey(state);
  return key === undefined ? null : serviceToken(key);
}

export type Sealer = {
  /** Seals one message; undefined when its receiver has no key. */
  seal(message: { topic: SentTopic; key: string; to: string; mid: string; text: string }): OutRecord | undefined;
};

export function createSealer(options: {
  state: KeyHolders; keys: KeyRing; topicPrefix: string;
}): Sealer {
  const { state, keys, topicPrefix } = options;
  let service: KeyRow | undefined;
  return {
    seal({ topic, key, to, mid, text }) {
      let row: KeyRow | undefined;
      if (topic === 'events' || topic === 'dead-letters') {
        // Looked up once: the walk over all keys is long, and a revoked one shows by its row.
        const known = service === undefined ? undefined : keys.row(service.keyId);
        service = known?.revokedAtMs === null ? known : serviceKey(state);
        row = service;
      } else {
        row = receiverKey(state, keys, topic, to);
      }
      if (row === undefined) return undefined;
      const name = topicName(topicPrefix, topic);
      const { headers, value } = seal(keys.sealKey(row), 'down', name, { from: CENTRAL, to, mid }, text);
      return { topic: name, key, headers, value };
    },
  };
}

function keyIdOf(state: KeyHolders, topic: SentTopic, to: string): KeyRow['keyId'] | null {
  switch (topic) {
    case 'commands': return state.pointStates.get(pointId(to))?.keyId ?? null;
    case 'notices':
    case 'progress': return state.users.get(userId(to))?.readingKeyId ?? null;
    case 'events':
    case 'dead-letters': return serviceKey(state)?.keyId ?? null;
    default: return assertNever(topic, 'topic of Central');
  }
}

