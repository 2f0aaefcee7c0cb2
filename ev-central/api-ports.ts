// What the REST API gets of a running Central and its store.
import { hash } from 'bcrypt';
import type { Log } from '../shared/log.ts';
import type { Ports } from './api/ports.ts';
import type { Central } from './central.ts';
import type { EvidenceShelf } from './evidence-shelf.ts';
import type { Store } from './store/store.ts';

/** As the tools hash passwords. */
const BCRYPT_COST = 10;

export function apiPorts({ central, store, log, randomBytes, evidence }: {
  central: Central; store: Store; evidence: EvidenceShelf; log: Log; randomBytes: (count: number) => Buffer;
}): Ports {
  const { state, read, door, nowMs } = central;
  return {
    state, log, randomBytes, evidence, tokenKey: store.tokenKey, nowMs,
    read: (asker, query) => read(asker, query),
    session: (id) => store.session(id),
    ticketsOf: (id) => store.ticketsOf(id),
    meterValues: (id) => store.meterValues(id),
    noticesAfter: (userId, after, limit) => store.noticesAfter(userId, after, limit).notices,
    ask: (asking) => door.ask(asking),
    subscribe: (listener) => door.subscribe(listener),
    isOver: () => door.isOver(),
    isFull: () => central.isFull(),
    hashPassword: (password) => hash(password, BCRYPT_COST),
  };
}
