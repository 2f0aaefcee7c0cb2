// What the REST API gets of a running Central and its store.
import { hash } from 'bcrypt';
import type { Log } from '../shared/log.ts';
import type { Ports } from './api/ports.ts';
import { apiTools } from './api-tools.ts';
import type { BookFiles } from './book-check.ts';
import type { Central } from './central.ts';
import { readMailCode } from './mail-code.ts';
import type { EvidenceShelf } from './evidence-shelf.ts';
import type { Store } from './store/store.ts';
import { MOST_TOKENS_OF_FILE } from '../shared/messages/accounts.ts';
import { readTokenFile } from './token-file.ts';

/** As the tools hash passwords. */
const BCRYPT_COST = 10;

/** Without files the database is in memory. */
export function apiPorts({ central, store, files, evidence, log, randomBytes }: {
  central: Central; store: Store; files: BookFiles | null; evidence: EvidenceShelf; log: Log;
  randomBytes: (count: number) => Buffer;
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
    webhook: (gateway, headers, rawBody) => central.webhook(gateway, headers, rawBody),
    payerAction: (gateway, reference) => central.payerAction(gateway, reference),
    subscribe: (listener) => door.subscribe(listener),
    isOver: () => door.isOver(),
    isFull: () => central.isFull(),
    tools: apiTools({ central, store, files, randomBytes }),
    readMailCode: (text) => readMailCode(store.tokenKey, text),
    readTokenFile: (csv) => readTokenFile(csv, MOST_TOKENS_OF_FILE),
    hashPassword: (password) => hash(password, BCRYPT_COST),
  };
}
