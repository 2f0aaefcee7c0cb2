import { expect, test } from 'vitest';
import { readStations } from './afdc-stations.ts';

const HEADER = 'ID,Station Name,Street Address,City,State,ZIP,Latitude,Longitude,EV Level1 EVSE Num,EV Level2 EVSE Num,'
  + 'EV DC Fast Count,EV Connector Types';

function read(...rows: string[]) {
  const result = readStations([HEADER, ...rows].join('\n'));
  if ('missing' in result) throw new Error(result.missing.join());
  return result;
}
const AC = { type: 'IEC_62196_T1', maxPowerW: 7_200 };

const PORTS = [
  ['two Level 2 ports', ',2,,J1772', [[AC], [AC]]],
  ['Level 1 outlets', '1,1,,J1772 NEMA520', [[{ type: 'NEMA_5_20', maxPowerW: 1_900 }], [AC]]],
  ['Tesla destination chargers', ',1,,TESLA', [[{ type: 'SAE_J3400', maxPowerW: 7_200 }]]],
  ['J1772 and Tesla, taking turns', ',2,,J1772 TESLA', [[AC], [{ type: 'SAE_J3400', maxPowerW: 7_200 }]]],
  ['a DC port with both plugs', ',,1,CHADEMO J1772COMBO', [[
    { type: 'IEC_62196_T1_COMBO', maxPowerW: 50_000 }, { type: 'CHADEMO', maxPowerW: 50_000 },
  ]]],
  ['AC and DC side by side', ',1,1,J1772 J1772COMBO', [[AC], [{ type: 'IEC_62196_T1_COMBO', maxPowerW: 50_000 }]]],
] as const;

test.each(PORTS)('a station has %s', (_what, counts, ports) => {
  const { stations, bad } = read(`7,Name,Street 1,Town,NY,12345,41.5,-74.1,${counts}`);
  expect(bad).toEqual([]);
  expect(stations).toEqual([{
    line: 2, stationId: '7', name: 'Name', address: 'Street 1, Town, NY 12345', latitude: 41.5, longitude: -74.1, ports,
  }]);
});

const BAD = [
  ['no ID', ',N,,,,,41,-74,,1,,J1772', /no station ID/],
  ['no position', '7,N,,,,,,-74,,1,,J1772', /no position/],
  ['an impossible position', '7,N,,,,,141,-74,,1,,J1772', /no position/],
  ['no ports', '7,N,,,,,41,-74,,,,J1772', /0 ports/],
  ['a broken count', '7,N,,,,,41,-74,,x,,J1772', /no whole number/],
  ['an unknown plug', '7,N,,,,,41,-74,,1,,WARP', /WARP is not known/],
  ['too few fields', '7,N', /2 fields/],
] as const;

test.each(BAD)('a row with %s is named and skipped', (_what, row, reason) => {
  const { stations, bad } = read('1,Good,,,,,41,-74,,1,,J1772', row);
  expect(stations.map((station) => station.stationId)).toEqual(['1']);
  expect(bad).toEqual([{ line: 3, reason: expect.stringMatching(reason) }]);
});

test('the second of two rows with one ID is skipped', () => {
  const row = '7,N,,,,,41,-74,,1,,J1772';
  expect(read(row, row).bad).toEqual([{ line: 3, reason: 'station 7 twice' }]);
});

test('a file of another kind is refused with the columns that it has not', () => {
  expect(readStations('a,b\n1,2')).toMatchObject({ missing: expect.arrayContaining(['ID', 'Latitude']) });
});
