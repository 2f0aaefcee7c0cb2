// A made-up state of Central with as many points as wanted, for tests and for looking at the screen.
import { pointId, sessionId, siteId, userId } from '../../shared/ids.ts';
import { currency } from '../../shared/money.ts';
import { NO_GOAL, POINT_STATUSES, type PointStatus } from '../../shared/messages/values.ts';
import type { CentralView, PointView, RequestView, TileSession } from '../../ev-central/ui/view.ts';
import type { QueryPage } from '../../shared/screen/handle.ts';

const SITES = [
  { siteId: siteId('ALC'), name: 'Alicante, Mercado' }, { siteId: siteId('BEN'), name: 'Benidorm, Playa de Poniente' },
  { siteId: siteId('ELX'), name: 'Elche, Estación' },
].map((site) => ({ ...site, timeZone: 'Europe/Madrid' }));
const ORDER: readonly PointStatus[] = [
  'Available', 'Charging', 'Available', 'Charging', 'Unavailable', 'Faulted', 'Disconnected', 'Reserved', 'Charging',
  'SuspendedEV', 'Finishing', 'Preparing',
];
const WHY: Partial<Record<PointStatus, string>> = {
  Unavailable: 'fire drill until noon', Faulted: 'too hot: cable 92 °C', Disconnected: 'monitor away', };
const DRIVERS = ['ana', 'bob', 'carla', 'dmitri', 'eva', 'farid'];

export function sampleCentralView(count: number, nowMs: number): CentralView {
  const perSite = Math.ceil(count / SITES.length);
  const points = Array.from({ length: count }, (_unused, i) => samplePoint(i, Math.floor(i / perSite), nowMs));
  return {
    nowMs, standby: null, address: '127.0.0.1:7010',
    bus: { state: 'up', sinceMs: nowMs - 600_000, why: '' },
    outboxRows: 0, deadLetters: 2,
    sites: SITES, points,
    requests: Array.from({ length: 6 }, (_unused, i) => sampleRequest(i, nowMs)),
    drivers: DRIVERS.map((driver, i) => ({
      driverId: userId(driver), address: `127.0.0.1:${50_000 + i}`, sinceMs: nowMs - 60_000 * i, sessions: i % 2,
    })),
    messages: [
      { atMs: nowMs - 90_000, level: 'info', text: '12 points in the registry, all disconnected' },
      { atMs: nowMs - 80_000, level: 'good', text: 'ALC-01 authenticated' },
      { atMs: nowMs - 40_000, level: 'error', text: 'BEN-02 is broken down: too hot' },
      { atMs: nowMs - 20_000, level: 'info', text: 'Ticket k7f2-120 to ana: 10.000 kWh, 4.20 EUR' },
    ],
  };
}

function samplePoint(i: number, site: number, nowMs: number): PointView {
  const status = ORDER[i % ORDER.length] ?? POINT_STATUSES[0];
  const home = SITES[site] ?? SITES[0];
  const id = home?.siteId ?? siteId('ALC');
  const live = ['Charging', 'SuspendedEV', 'Finishing', 'Reserved', 'Preparing'].includes(status);
  return {
    pointId: pointId(`${id}-${String(i + 1).padStart(2, '0')}`), siteId: id, place: `Level ${i % 3}, bay ${i + 1}`,
    price: { perKwh: '0.42', perHour: null, perParkingHour: null, perSession: null },
    currency: currency('EUR'), status, sinceMs: nowMs - 7_000 * (i + 1),
    why: WHY[status] ?? '', operative: status !== 'Unavailable', barred: i === 17 ? 'two-monitors' : null,
    monitorAddress: status === 'Disconnected' ? null : `127.0.0.1:${40_000 + i}`,
    heardAtMs: nowMs - 800,
    connectors: [
      { connectorNo: 1, type: 'IEC_62196_T2', maxPowerW: 22_000, status,
        session: live ? session(i, status, nowMs) : null },
      { connectorNo: 2, type: 'CHADEMO', maxPowerW: 50_000,
        status: status === 'Charging' ? 'Available' : status, session: null },
    ],
  };
}

function session(i: number, status: PointStatus, nowMs: number): TileSession {
  const begun = status !== 'Reserved' && status !== 'Preparing';
  return {
    sessionId: sessionId(`k7f2-${90 + i}`), driverId: userId(DRIVERS[i % DRIVERS.length] ?? 'ana'),
    state: status === 'Charging' ? 'charging' : begun ? 'suspended' : 'authorized',
    startedAtMs: begun ? nowMs - 100_000 : null, energyWh: 4_120, powerW: status === 'Charging' ? 11_000 : 0,
    socPercent: 41, amountMinor: 173, currency: currency('EUR'),
  };
}

function sampleRequest(i: number, nowMs: number): RequestView {
  const waits = i === 3 || i === 4;
  const offered = i === 5;
  return {
    sessionId: sessionId(`k7f2-${90 + i}`), atMs: nowMs - 200_000 + i * 1_000,
    driverId: userId(DRIVERS[i] ?? 'ana'), siteId: siteId('ALC'), pointId: waits ? null : pointId(`ALC-0${i + 1}`),
    connectorNo: waits ? null : 1, state: waits ? 'queued' : offered ? 'authorized' : 'charging',
    place: waits ? i - 2 : null, estimatedWaitMs: waits ? 540_000 : null,
    plugByMs: offered ? nowMs + 45_000 : null, priorityClass: 'normal', goal: NO_GOAL,
  };
}

/** Rows as the store gives them, `total` of them. */
export function sampleRows(what: string, total: number, nowMs: number) {
  return async (after: string | null, limit: number): Promise<QueryPage> => {
    const from = after === null ? 0 : Number(after);
    const rows = Array.from({ length: Math.max(0, Math.min(limit, total - from)) }, (_unused, k) =>
      sampleRow(what, from + k, nowMs));
    return { rows, next: from + rows.length < total ? String(from + rows.length) : null, error: null };
  };
}

function sampleRow(what: string, i: number, nowMs: number): Record<string, unknown> {
  const atMs = nowMs - i * 1_000;
  const base = { pointId: `ALC-0${(i % 9) + 1}`, siteId: 'ALC', sessionId: `k7f2-${i}`, driverId: DRIVERS[i % 6] };
  switch (what) {
    case 'sessions': return {
      ...base, requestedAtMs: atMs, state: i === 0 ? 'charging' : 'completed', energyWh: 4_120 + i, costMinor: 173,
      currency: 'EUR', endedAtMs: i === 0 ? null : atMs, endReason: i === 0 ? null : 'unplugged', flags: [],
    };
    case 'audit': return {
      atMs, who: 'console', address: 'console', action: 'set-operative', outcome: 'done', parameters: { site: 'ALC' },
    };
    case 'dead-letters': return {
      atMs, source: `ev.facts/3@${i}`, reason: 'wrong-key', detail: 'key p-ALC-01-7 was revoked',
      claimedSender: 'ALC-01', messageId: `m-${i}`, headers: { from: 'ALC-01' }, payloadBase64: 'q83v',
    };
    case 'tickets': return {
      ticketId: `k7f2-t${i}`, kind: 'final', corrects: null, connectorNo: 1, tariffId: 'day', ...base,
      startedAtMs: atMs - 3_600_000, endedAtMs: atMs, issuedAtMs: atMs, meterStartWh: 1_000, meterStopWh: 11_000,
      energyWh: 10_000, endReason: 'energy-reached', currency: 'EUR', totalMinor: 420, flags: [],
      lines: [{
      kind: 'ENERGY', reservation: false, element: 0, component: 0, quantity: 10_000, billed: 10_000,
      unitPrice: '0.42', vatPercent: null, exclVatMicros: 4_200_000, inclVatMicros: 4_200_000,
      fromMs: atMs - 3_600_000, toMs: atMs,
    }],
    };
    case 'reservations': return sampleReservation(i, nowMs);
    case 'commands': return { ...base, number: i, type: 'authorize', sentAtMs: atMs, outcome: 'done', reason: null };
    default: return {
      ...base, atMs, kind: 'session-state', corr: 'c-1', messageId: `m-${i}`,
      data: { from: 'authorized', to: 'charging' },
    };
  }
}

const HOUR_MS = 3_600_000;
const RESERVED = ['booked', 'checked-in', 'no-show', 'active', 'cancelled'] as const;

/** One after the other at three points, an hour each; the first begins an hour from now. */
function sampleReservation(i: number, nowMs: number): Record<string, unknown> {
  const beginsAtMs = nowMs + (1 + (i % 7) * 2) * HOUR_MS;
  const who = DRIVERS[i % 6] ?? 'ana';
  return {
    reservationId: `k7f2-${140 + i}`, seriesId: i % 3 === 0 ? 'k7f2-150' : null, fleetId: null, userId: who,
    payer: `wallet:user:${who}`, siteId: 'ALC', pointId: `ALC-0${(Math.floor(i / 7) % 3) + 1}`, connectorNo: 1,
    beginsAtMs, endsAtMs: beginsAtMs + HOUR_MS, state: RESERVED[i % RESERVED.length], stateSinceMs: nowMs,
    bookedAtMs: nowMs, currency: 'EUR', feeMinor: 400, holdMinor: 400, takenMinor: 0, ticketId: null,
    sessionId: null, tariff: 'day#1',
    timeZone: 'Europe/Madrid', reminded: false, begun: false, dueMs: beginsAtMs, why: '', terms: {
      tiers: [{ beforeMs: 24 * HOUR_MS, percent: 0 }], marginMs: 900_000, graceMs: 600_000, reminderMs: 0,
    },
  };
}

/** A report as `admin figures` has it, for all of the time or piece by piece. */
export function sampleFigures(filter: Readonly<Record<string, string | number>>): Promise<QueryPage> {
  const rows = REPORT_ROWS[String(filter['report'])];
  const by = String(filter['by']);
  if (rows === undefined) return Promise.resolve({ rows: [], next: null, error: 'no such report' });
  return Promise.resolve({ next: null, error: null, rows: by === 'total' ? rows : PIECES.map((energyWh, i) =>
    ({ [by]: `2025-11-${10 + i}`, sessions: i + 1, energyWh })) });
}

const PIECES = [12_000, 48_000, 0, 96_500];
const REPORT_ROWS: Readonly<Record<string, readonly Record<string, unknown>[]>> = {
  use: [{ sessions: 42, energyWh: 812_340, chargingMs: 90_000_000, idleMs: 7_200_000 }],
  revenue: [{ currency: 'EUR', totalMinor: 34_118, vatMinor: 5_921, refundedMinor: 420, refundedVatMinor: 73,
    planFeesMinor: 1_210, planFeesVatMinor: 210, netMinor: 28_850 }],
  success: [{ attempts: 50, charged: 42, firstAttempts: 45, firstCharged: 40, chargedPercent: 84,
    firstChargedPercent: 88.89 }],
  queue: [{ waits: 3, waitsServed: 2, waitMs: 1_800_000, meanWaitMs: 600_000, servedPercent: 66.67 }],
  uptime: [{ uptimePercent: 99.715, reliablePercent: 98.2 }],
};
