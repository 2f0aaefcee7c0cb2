import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCsv } from './csv-rows.ts';

test('quoted fields hold commas, quotes and line breaks; lines are counted over them', () => {
  const text = '\uFEFFid,name\r\n1,"a, ""b""\nc"\r\n2,plain\r\n\r\n3,too,many\n';
  expect(readCsv(text)).toEqual({
    header: ['id', 'name'],
    records: [
      { line: 2, fields: { id: '1', name: 'a, "b"\nc' } },
      { line: 4, fields: { id: '2', name: 'plain' } },
    ],
    bad: [{ line: 6, reason: '3 fields where the header has 2' }],
  });
});

test('whatever is written as CSV is read back', () => {
  const field = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' ', 'é', ';') });
  fc.assert(fc.property(fc.array(fc.tuple(field, field)), (rows) => {
    const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;
    const text = ['x,y', ...rows.map((row) => row.map(quoted).join(','))].join('\n');
    expect(readCsv(text).records.map(({ fields }) => [fields['x'], fields['y']])).toEqual(rows);
  }));
});

test('no text makes it fail', () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a') }), (text) => {
    readCsv(text);
  }));
});
