import { describe, expect, it } from 'vitest';
import { Failure } from '../../shared/failure.ts';
import { readRecordedSessions, utcTimeMs, wholeWh } from './recorded-sessions.ts';

const HEADER = 'sessionId,kwhTotal,dollars,created,ended,userId,stationId,locationId';
const GOOD = '1366563,7.78,0,0014-11-18 15:40:26,0014-11-18 17:11:04,35897499,582873,461655';

function read(...rows: string[]) {
  return readRecordedSessions([HEADER, ...rows].join('\n'), 'file.csv');
}

it('a row becomes a session with whole Wh and UTC times of this century', () => {
  expect(read(GOOD)).toEqual({
    bad: [],
    sessions: [{
      line: 2, sessionId: '1366563', driverId: '35897499', stationId: '582873', siteId: '461655', energyWh: 7_780,
      startAtMs: Date.UTC(2014, 10, 18, 15, 40, 26), endAtMs: Date.UTC(2014, 10, 18, 17, 11, 4),
    }],
  });
});

describe('kWh', () => {
  it.each([
    ['7.78', 7_780], ['0', 0], ['0.001', 1], ['23', 23_000], ['8.29', 8_290], ['1.1', 1_100], ['4.350000', 4_350],
    ['1.005', 1_005],
    ['0.0005', 'is no whole number of Wh'], ['-1', 'is negative'], ['7,78', 'is no number of kWh'],
    ['1e3', 'is no number of kWh'], ['.5', 'is no number of kWh'], ['200000', 'is more than any session can have'],
  ] as const)('%s is %s', (text, expected) => {
    expect(wholeWh(text)).toBe(expected);
  });
});

describe('a time', () => {
  it.each([
    ['0015-02-28 23:59:59', Date.UTC(2015, 1, 28, 23, 59, 59)], ['2015-01-01T00:00:00Z', Date.UTC(2015, 0, 1)],
    ['0015-02-29 00:00:00', null], ['0016-02-29 00:00:00', Date.UTC(2016, 1, 29)], ['0015-13-01 00:00:00', null],
    ['0015-01-01 24:00:00', null], ['0015-01-01 10:60:00', null], ['1914-01-01 00:00:00', null], ['yesterday', null],
  ] as const)('%s is %s', (text, expected) => {
    expect(utcTimeMs(text)).toBe(expected);
  });
});

describe('a bad row', () => {
  it.each([
    ['one field missing', '1,7.78,0,0014-11-18 15:40:26,0014-11-18 17:11:04,u,s', '7 fields where the header has 8'],
    ['no driver', '1,7.78,0,0014-11-18 15:40:26,0014-11-18 17:11:04,,s,l', 'userId is missing'],
    ['no id', '1,7.78,0,0014-11-18 15:40:26,0014-11-18 17:11:04,a b,s,l', 'userId “a b” is no id'],
    ['part of a Wh', '1,0.00001,0,0014-11-18 15:40:26,0014-11-18 17:11:04,u,s,l', 'is no whole number of Wh'],
    ['no start', '1,1,0,0014-11-31 15:40:26,0014-11-18 17:11:04,u,s,l', 'created “0014-11-31 15:40:26” is no time'],
    ['an early end', '1,1,0,0014-11-18 15:40:26,0014-11-18 15:40:25,u,s,l', 'before it starts'],
    ['the same session', GOOD, 'session 1366563 stands in line 2 already'],
    ['a station elsewhere', '2,1,0,0014-11-18 15:40:26,0014-11-18 17:11:04,u,582873,9', 'at location 461655 (line 2)'],
  ])('with %s is named with its line and left out', (_what, row, reason) => {
    const { sessions, bad } = read(GOOD, row, '7,1,0,0014-11-18 15:40:26,0014-11-18 17:11:04,u,s,l');
    expect(sessions.map((session) => session.line)).toEqual([2, 4]);
    expect(bad).toEqual([{ line: 3, reason: expect.stringContaining(reason) as string }]);
  });
});

it('a file without the columns is refused in one line that names them', () => {
  expect(() => readRecordedSessions('ID,Station Name,kwhTotal\n1,x,2\n', 'stations.csv')).toThrow(new Failure(
    'bad-configuration', 'stations.csv is no list of charging sessions: its first line lacks the columns sessionId, '
      + 'created, ended, userId, stationId, locationId',
  ));
});
