import { describe, expect, it } from 'vitest';
import { readRates } from './rates-file.ts';

describe('a file of exchange rates', () => {
  it('is read line by line', () => {
    expect(readRates('date,base,quote,rate\n2026-11-27,EUR,CHF,0.9312\n2026-11-27,EUR,JPY,181.25\n')).toEqual({
      faults: [], rates: [
        { date: '2026-11-27', base: 'EUR', quote: 'CHF', rate: '0.9312' },
        { date: '2026-11-27', base: 'EUR', quote: 'JPY', rate: '181.25' },
      ],
    });
  });

  it.each([
    ['a rate that is no decimal', '2026-11-27,EUR,CHF,"0,93"', 'rate "0,93" must be a decimal such as 0.9312'],
    ['a rate of nothing', '2026-11-27,EUR,CHF,0.000', 'rate "0.000" must be above 0'],
    ['a day that there is not', '2026-02-30,EUR,CHF,1', 'date "2026-02-30" must be a day of the calendar'],
    ['a code that is none', '2026-11-27,EUR,Fr,1', 'quote "Fr" must be a code such as EUR'],
    ['one currency twice', '2026-11-27,EUR,EUR,1', 'quote "EUR" must be another currency than the base'],
    ['a second rate of the same day, the other way round', '2026-11-26,CHF,EUR,1',
      'CHF and EUR have a rate of 2026-11-26 on line 2'],
  ])('names the line of %s', (_what, second, why) => {
    expect(readRates(`date,base,quote,rate\n2026-11-26,EUR,CHF,0.93\n${second}`).faults).toEqual([{ line: 3, why }]);
  });

  it('says which column is missing', () => {
    expect(readRates('date,base,rate\n').faults).toEqual([{ line: 1, why: 'there is no column quote' }]);
  });
});
