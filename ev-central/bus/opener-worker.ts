// The second thread: opens packs of sealed records, and knows nothing else.
import type { KeyObject } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { sealKey } from '../../shared/seal.ts';
import { openPack, type SealedPack } from './sealed-pack.ts';

/** `keys` are those that this pack needs for the first time; they are numbered in the order in which they come. */
export type OpenOrder = {
  readonly keys: readonly { readonly keyId: string; readonly keyBase64: string }[]; readonly pack: SealedPack;
};

const keys: KeyObject[] = [];

parentPort?.on('message', (order: OpenOrder) => {
  for (const { keyId, keyBase64 } of order.keys) keys.push(sealKey(keyId, keyBase64).up);
  openPack(order.pack, keys);
  parentPort?.postMessage(order.pack, [order.pack.bytes.buffer, order.pack.table.buffer]);
});
