import { expect, it } from 'vitest';
import { readCsv } from './cli/csv-rows.ts';
import { figuresCsv } from './figure-csv.ts';

it('a report as CSV has a header of its fields, and reads back as it was written', () => {
  const text = figuresCsv([
    { pointId: 'ALC-01', energyWh: 1_200, chargedPercent: 33.33, meanWaitMs: null },
    { pointId: 'say "A", or B', energyWh: 0, chargedPercent: null, meanWaitMs: -5 },
    { pointId: 'two\r\nlines', energyWh: 7, chargedPercent: 0, meanWaitMs: 1 },
  ]);
  expect(text).toBe('pointId,energyWh,chargedPercent,meanWaitMs\r\nALC-01,1200,33.33,\r\n'
    + '"say ""A"", or B",0,,-5\r\n"two\r\nlines",7,0,1\r\n');
  const { header, records, bad } = readCsv(text);
  expect([header, bad]).toEqual([['pointId', 'energyWh', 'chargedPercent', 'meanWaitMs'], []]);
  expect(records.map(({ fields }) => fields['pointId'])).toEqual(['ALC-01', 'say "A", or B', 'two\r\nlines']);
});

it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '＝1'])('the text %j is no formula of a spreadsheet', (text) => {
  const [record] = readCsv(figuresCsv([{ cause: text, times: 1 }])).records;
  expect(record?.fields['cause']).toBe(`'${text}`);
});

it('numbers below zero stay numbers, and a report without rows is an empty line', () => {
  expect(figuresCsv([{ netMinor: -26 }])).toBe('netMinor\r\n-26\r\n');
  expect(figuresCsv([])).toBe('\r\n');
});
