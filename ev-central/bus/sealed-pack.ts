// Many sealed records in one piece of memory, so that a second thread can open them: handed over whole, nothing is
// copied on the way. Each record has four numbers in the table: which key, where its associated text begins, where its
// value begins and ends. Opened, the plain text stands where the value stood, and the key's number is -1 if it could
// not be opened.
import type { KeyObject } from 'node:crypto';
import { associatedText, openBytes, type SealedHeaders } from '../../shared/seal.ts';

export type SealedPack = { readonly bytes: Uint8Array<ArrayBuffer>; readonly table: Int32Array<ArrayBuffer> };

export type PackedRecord = { readonly keyNo: number; readonly headers: SealedHeaders; readonly value: Buffer };

const FIELDS = 4;
const KEY = 0;
const TEXT = 1;
const VALUE = 2;
const END = 3;
const NOT_OPENED = -1;
/** Characters of an id may take so many bytes. */
const BYTES_OF_CHARACTER = 3;

/** Puts records that came up on one topic (its full name) into a pack. */
export function packSealed(records: readonly PackedRecord[], topic: string): SealedPack {
  const texts = records.map(({ headers }) => associatedText(topic, 'up', headers));
  let size = 0;
  for (const [i, { value }] of records.entries()) {
    size += (texts[i]?.length ?? 0) * BYTES_OF_CHARACTER + value.length;
  }
  const bytes = Buffer.from(new ArrayBuffer(size));
  const table = new Int32Array(records.length * FIELDS);
  let at = 0;
  for (const [i, { keyNo, value }] of records.entries()) {
    const row = i * FIELDS;
    table[row + KEY] = keyNo;
    table[row + TEXT] = at;
    at += bytes.write(texts[i] ?? '', at);
    table[row + VALUE] = at;
    value.copy(bytes, at);
    at += value.length;
    table[row + END] = at;
  }
  return { bytes: new Uint8Array(bytes.buffer), table };
}

/** Opens all records of a pack where they stand. */
export function openPack({ bytes, table }: SealedPack, keys: readonly KeyObject[]): void {
  const buffer = Buffer.from(bytes.buffer);
  for (let row = 0; row < table.length; row += FIELDS) {
    const key = keys[table[row + KEY] ?? NOT_OPENED];
    const [text = 0, value = 0, end = 0] = table.subarray(row + TEXT, row + FIELDS);
    const plain = key === undefined ? undefined
      : openBytes(key, buffer.subarray(text, value), buffer.subarray(value, end));
    if (plain === undefined) {
      table[row + KEY] = NOT_OPENED;
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
    if ((table[row + KEY] ?? NOT_OPENED) === NOT_OPENED) return undefined;
    return buffer.toString('utf8', table[row + VALUE], table[row + END]);
  };
}
