import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvLine, readCsv } from './csv-rows.ts';

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

test('a record that is written is read back, and quoted only where it must be', () => {
  expect(csvLine([7, 'plain', 'a b', 'x;y', 'a,b', '"', 'two\nlines', '']))
    .toBe('7,plain,a b,x;y,"a,b","""","two\nlines",\r\n');
  const field = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'é', ';') })
    .map((text) => `.${text}`);
  fc.assert(fc.property(fc.array(fc.tuple(field, field)), (rows) => {
    const text = csvLine(['x', 'y']) + rows.map(csvLine).join('');
    expect(readCsv(text).records.map(({ fields }) => [fields['x'], fields['y']])).toEqual(rows);
  }));
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', '＋1', '－1', '＠x'])(
  'a spreadsheet takes the text %j for a text', (text) => {
    const [record] = readCsv(`x,y\r\n${csvLine([text, 'b'])}`).records;
    expect(record?.fields['x']).toBe(`'${text}`);
  });

test('no text makes it fail', () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a') }), (text) => {
    readCsv(text);
  }));
});
