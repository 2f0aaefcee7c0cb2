// The stations of the US Alternative Fuels Data Center (CSV, electric) as sites and points: one station is one site,
// one port is one point. The file has counts and connector types for a whole station, not for each port. Assumed:
//
// * Powers: Level 1 1.9 kW (120 V, 16 A), Level 2 7.2 kW (240 V, 30 A), DC fast 50 kW: the usual least of their kind.
// * Level 1 ports have a NEMA 5-20 outlet where the station lists one, else J1772. Level 2 ports have J1772; where the
//   station also lists TESLA and has no DC ports, or TESLA alone, the ports take turns between the types listed.
// * DC ports have one connector of each DC type listed (CCS1, CHAdeMO, and TESLA where the station's DC ports have it);
//   one vehicle at a time charges at a point of this network per connector, as in the field most can only one.
import type { CsvRecord } from './csv-rows.ts';
import { readCsv } from './csv-rows.ts';
import type { ConnectorType } from '../../shared/messages/values.ts';

const LEVEL_1_W = 1_900;
const LEVEL_2_W = 7_200;
const DC_FAST_W = 50_000;
const MOST_PORTS = 500;

export type Station = {
  readonly line: number;
  readonly stationId: string;
  readonly name: string;
  readonly address: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly ports: readonly (readonly { readonly type: ConnectorType; readonly maxPowerW: number }[])[];
};
export type BadRow = { readonly line: number; readonly reason: string };

const NEEDED = [
  'ID', 'Station Name', 'Latitude', 'Longitude', 'EV Level1 EVSE Num', 'EV Level2 EVSE Num', 'EV DC Fast Count',
  'EV Connector Types',
];

/** Reads the file's text. Bad rows are named with line and reason; null when it is no such file. */
export function readStations(text: string): { stations: Station[]; bad: BadRow[] } | { missing: string[] } {
  const { header, records, bad } = readCsv(text);
  const missing = NEEDED.filter((name) => !header.includes(name));
  if (missing.length > 0) return { missing };
  const stations: Station[] = [];
  const seen = new Set<string>();
  for (const record of records) {
    const station = readStation(record);
    if (typeof station === 'string') bad.push({ line: record.line, reason: station });
    else if (seen.has(station.stationId)) bad.push({ line: record.line, reason: `station ${station.stationId} twice` });
    else {
      seen.add(station.stationId);
      stations.push(station);
    }
  }
  return { stations, bad: bad.sort((a, b) => a.line - b.line) };
}

/** The station of a row, or what is wrong with it. */
function readStation({ line, fields }: CsvRecord): Station | string {
  const field = (name: string): string => (fields[name] ?? '').trim();
  const stationId = field('ID');
  if (!/^[A-Za-z0-9]{1,40}$/.test(stationId)) return `"${stationId}" is no station ID`;
  const latitude = coordinate(field('Latitude'), 90);
  const longitude = coordinate(field('Longitude'), 180);
  if (latitude === null || longitude === null) {
    return `"${field('Latitude')}, ${field('Longitude')}" is no position`;
  }
  const counts = [field('EV Level1 EVSE Num'), field('EV Level2 EVSE Num'), field('EV DC Fast Count')]
    .map((text) => (text === '' ? 0 : Number(text)));
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (counts.some((count) => !Number.isInteger(count) || count < 0)) return 'a count of ports is no whole number';
  if (total === 0 || total > MOST_PORTS) return `${total} ports: there must be 1 to ${MOST_PORTS}`;
  const types = field('EV Connector Types').split(/\s+/).filter((type) => type !== '');
  const unknown = types.find((type) => !KNOWN_TYPES.includes(type));
  if (unknown !== undefined) return `connector type ${unknown} is not known`;
  return {
    line, stationId, latitude, longitude,
    name: (field('Station Name') || stationId).slice(0, 120),
    address: [field('Street Address'), field('City'), `${field('State')} ${field('ZIP')}`.trim()]
      .filter((part) => part !== '').join(', ').slice(0, 200),
    ports: portsOf({ level1: counts[0] ?? 0, level2: counts[1] ?? 0, dcFast: counts[2] ?? 0 }, types),
  };
}

const KNOWN_TYPES = ['J1772', 'TESLA', 'J1772COMBO', 'CHADEMO', 'NEMA520', 'NEMA515', 'NEMA1450'];

function portsOf(
  { level1, level2, dcFast }: { level1: number; level2: number; dcFast: number }, types: readonly string[],
): Station['ports'] {
  const has = (type: string): boolean => types.includes(type);
  const outlet: ConnectorType = has('NEMA520') || has('NEMA515') ? 'NEMA_5_20' : 'IEC_62196_T1';
  const alternating: ConnectorType[] = [
    ...(has('J1772') || !has('TESLA') ? ['IEC_62196_T1' as const] : []),
    ...(has('TESLA') && dcFast === 0 ? ['SAE_J3400' as const] : []),
    ...(has('NEMA1450') ? ['NEMA_14_50' as const] : []),
  ];
  const direct: ConnectorType[] = [
    ...(has('J1772COMBO') ? ['IEC_62196_T1_COMBO' as const] : []),
    ...(has('CHADEMO') ? ['CHADEMO' as const] : []),
    ...(has('TESLA') ? ['SAE_J3400' as const] : []),
  ];
  const ports: { type: ConnectorType; maxPowerW: number }[][] = [];
  for (let i = 0; i < level1; i++) ports.push([{ type: outlet, maxPowerW: LEVEL_1_W }]);
  for (let i = 0; i < level2; i++) {
    ports.push([{ type: alternating[i % alternating.length] ?? 'IEC_62196_T1', maxPowerW: LEVEL_2_W }]);
  }
  const dcTypes = direct.length === 0 ? ['IEC_62196_T1_COMBO' as const] : direct;
  for (let i = 0; i < dcFast; i++) ports.push(dcTypes.map((type) => ({ type, maxPowerW: DC_FAST_W })));
  return ports;
}

function coordinate(text: string, most: number): number | null {
  const value = Number(text);
  return text !== '' && Number.isFinite(value) && Math.abs(value) <= most ? value : null;
}
