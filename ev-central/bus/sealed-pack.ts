// Many sealed records in one piece of memory, so that a second thread can open them: handed over whole, nothing is
// copied on the way. Each record has four numbers in the table: which key, where its associated text begins, where its
// value begins and ends. Opened, the plain text stands where the value stood, and the key's number is -1 if it could
// not be opened.
import type { KeyObject } from 'node:crypto';
import type { BusRecord } from '../../shared/bus/port.ts';
import { associatedText, openBytes } from '../../shared/seal.ts';

export type SealedPack = { readonly bytes: Uint8Array<ArrayBuffer>; readonly table: Int32Array<ArrayBuffer> };

type Sealed = Pick<BusRecord, 'topic' | 'headers' | 'value'>;

const FIELDS = 4;
const KEY = 0;
const TEXT = 1;
const VALUE = 2;
const END = 3;
/** In the place of a key's number: there is none, or the record could not be opened. */
export const NO_KEY = -1;
/** Characters of an id may take so many bytes. */
const BYTES_OF_CHARACTER = 3;
/** Line breaks and the direction in the associated text. */
const SEPARATORS = 8;

/** Puts records that came up on one topic into a pack; `keyNo` numbers the key that a record names. */
export function packSealed(records: readonly Sealed[], keyNo: (kid: string) => number): SealedPack {
  let size = 0;
  for (const { topic, headers, value } of records) {
    const { from = '', to = '', kid = '', mid = '' } = headers;
    size += value.length
      + (topic.length + from.length + to.length + kid.length + mid.length + SEPARATORS) * BYTES_OF_CHARACTER;
  }
  const bytes = Buffer.from(new ArrayBuffer(size));
  const table = new Int32Array(records.length * FIELDS);
  let at = 0;
  let row = 0;
  for (const { topic, headers, value } of records) {
    const { from = '', to = '', kid = '', mid = '' } = headers;
    table[row + KEY] = keyNo(kid);
    table[row + TEXT] = at;
    at += bytes.write(associatedText(topic, 'up', { from, to, kid, mid }), at);
    table[row + VALUE] = at;
    at += value.copy(bytes, at);
    table[row + END] = at;
    row += FIELDS;
  }
  return { bytes: new Uint8Array(bytes.buffer), table };
}

/** Opens all records of a pack where they stand. */
export function openPack({ bytes, table }: SealedPack, keys: readonly KeyObject[]): void {
  const buffer = Buffer.from(bytes.buffer);
  for (let row = 0; row < table.length; row += FIELDS) {
    const key = keys[table[row + KEY] ?? NO_KEY];
    const [text = 0, value = 0, end = 0] = table.subarray(row + TEXT, row + FIELDS);
    const plain = key === undefined ? undefined
      : openBytes(key, buffer.subarray(text, value), buffer.subarray(value, end));
    if (plain === undefined) {
      table[row + KEY] = NO_KEY;
      continue;
    }
    plain.copy(buffer, value);
    table[row + END] = value + plain.length;
  }
}

/** Gives the plain text of a record of an opened pack by its index; undefined when it could not be opened. */
export function textsOf({ bytes, table }: SealedPack): (index: number) => string | undefined {
  const buffer = Buffer.from(bytes.buffer);
  return (index) => {
    const row = index * FIELDS;
    if ((table[row + KEY] ?? NO_KEY) === NO_KEY) return undefined;
    return buffer.toString('utf8', table[row + VALUE], table[row + END]);
  };
}
