// The file of the local gateway: a line of JSON an entry, on the disk before anything is answered. A last line that a
// death has cut off was never answered either, and is dropped.
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import type { Entry } from './book.ts';

export type GatewayJournal = {
  readonly entries: readonly Entry[]; write(entries: readonly Entry[]): void; close(): void;
};

export function openGatewayJournal(file: string): GatewayJournal {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole));
  const entries = whole.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Entry[]).flat();
  const descriptor = openSync(file, 'a', 0o600);
  return {
    entries,
    write(added) {
      // One line for all that belongs together: it is there whole or not at all.
      writeSync(descriptor, `${JSON.stringify(added)}\n`);
      fsyncSync(descriptor);
    },
    close: () => closeSync(descriptor),
  };
}
