import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readIssuer } from './issuer-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ev-issuer-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const GOOD = { name: 'Red de Carga', address: ['Calle 1'], timeZone: 'Europe/Madrid' };

function read(value: unknown) {
  const file = join(folder, 'issuer.json');
  writeFileSync(file, JSON.stringify(value));
  return readIssuer(file);
}

test('an issuer file may leave out all that has a usual value', () => {
  expect(read(GOOD)).toEqual({
    ...GOOD, vatId: null, footer: [], policy: 'per-session', invoicePrefix: 'INV', creditNotePrefix: 'CRN',
  });
});

test('without a file nobody issues invoices', () => {
  expect(readIssuer(null)).toBeNull();
});

test.each([
  ['no address', { ...GOOD, address: [] }, /address: /],
  ['an unknown zone', { ...GOOD, timeZone: 'Madrid' }, /timeZone: must be an IANA time zone/],
  ['a name of two lines', { ...GOOD, name: 'a\nb' }, /name: must be one line/],
  ['a mistyped field', { ...GOOD, adress: ['x'] }, /adress/],
  ['a policy that nobody knows', { ...GOOD, policy: 'daily' }, /policy: /],
  ['one prefix for both series', { ...GOOD, creditNotePrefix: 'INV' }, /creditNotePrefix: must differ/],
  ['a prefix with a blank', { ...GOOD, invoicePrefix: 'IN V' }, /invoicePrefix: must be capital letters/],
])('%s is refused by its field', (_what, value, words) => {
  expect(() => read(value)).toThrow(words);
});

test('a file that is not there is named', () => {
  expect(() => readIssuer(join(folder, 'none.json'))).toThrow(/cannot read the issuer file .*none\.json/);
});
