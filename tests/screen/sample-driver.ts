// A made-up state of a driver's client, for tests and for looking at the screen.
import { pointId, requestId, reservationId, sessionId, siteId, ticketId, tariffId, userId } from '../../shared/ids.ts';
import { currency } from '../../shared/money.ts';
import { NO_GOAL, type PointStatus, type Ticket } from '../../shared/messages/values.ts';
import type { ChargeView, DriverScreenView, OfferView, ReservationView } from '../../ev-driver/ui/view.ts';

const EUR = currency('EUR');
const STATUSES: readonly PointStatus[] = ['Charging', 'Available', 'Faulted', 'Unavailable', 'Available', 'Reserved'];

export function sampleDriverView(count: number, nowMs: number, state: ChargeView['state'] | 'none'): DriverScreenView {
  return {
    nowMs, driverId: userId('ana'), login: { state: 'in', text: '' }, suggestedDriverId: 'ana',
    central: { state: 'up', sinceMs: nowMs - 60_000, why: '' }, centralAddress: '127.0.0.1:7010',
    bus: { state: 'up', sinceMs: nowMs - 60_000, why: '' },
    balance: { balanceMinor: 7_580, heldMinor: 500, currency: EUR },
    sites: [
      { siteId: siteId('ALC'), name: 'Alicante, Mercado', timeZone: 'Europe/Madrid' },
      { siteId: siteId('BEN'), name: 'Benidorm', timeZone: 'Europe/Madrid' },
    ],
    points: Array.from({ length: count }, (_unused, i) => sampleOffer(i)),
    pointsAtMs: nowMs - 1_000,
    charges: state === 'none' ? [] : [sampleCharge(state, nowMs)],
    history: Array.from({ length: 30 }, (_unused, i) => ({
      sessionId: sessionId(`k7f2-${i}`), pointId: pointId('ALC-01'), state: i % 5 === 4 ? 'rejected' : 'completed',
      requestedAtMs: nowMs - i * 86_400_000, energyWh: i % 5 === 4 ? 0 : 10_000, amountMinor: i % 5 === 4 ? 0 : 420,
      currency: EUR, why: i % 5 === 4 ? 'ALC-01 is broken down (too hot).' : 'the wanted energy is reached',
      ticket: i % 5 === 4 ? null : sampleTicket(nowMs - i * 86_400_000),
      invoiceNumber: i % 5 === 4 ? '' : `INV-2026-${String(30 - i).padStart(6, '0')}`,
    })),
    reservations: sampleReservations(3, nowMs),
    series: [{
      seriesId: reservationId('k7f2-150'), pointId: pointId('ALC-03'), connectorNo: 1, every: 'weekly', times: 10,
      made: 4, missed: 1,
    }],
    position: null, batch: null,
    messages: [
      { atMs: nowMs - 60_000, level: 'good', text: 'Logged in at 127.0.0.1:7010' },
      { atMs: nowMs - 20_000, level: 'info', text: 'Accepted: ALC-01 connector 1; 5.00 EUR held.' },
    ],
  };
}

function sampleOffer(i: number): OfferView {
  const status = STATUSES[i % STATUSES.length] ?? 'Available';
  return {
    pointId: pointId(`ALC-${String(i + 1).padStart(2, '0')}`), siteId: siteId('ALC'), siteName: 'Alicante, Mercado',
    place: `Level ${i % 3}`, status, maxPowerW: 22_000, connectorTypes: ['IEC_62196_T2', 'CHADEMO'], connectors: 2,
    freeConnectors: status === 'Available' ? 2 : 0, 
    price: { perKwh: '0.42', perHour: null, perParkingHour: null, perSession: null }, currency: EUR, waiting: i % 4,
    distanceM: 150 * (i + 1),
  };
}

const HOUR_MS = 3_600_000;

/** The first can be checked in now, the second has a fee to cancel, the rest are of a recurring one. */
export function sampleReservations(count: number, nowMs: number): ReservationView[] {
  return Array.from({ length: count }, (_unused, i): ReservationView => {
    const beginsAtMs = nowMs + i * 5 * HOUR_MS + 300_000;
    const isSoon = i === 0;
    const percent = isSoon ? 100 : i === 1 ? 25 : 0;
    return {
      reservationId: reservationId(`k7f2-${140 + i}`), seriesId: i < 2 ? null : reservationId('k7f2-150'),
      siteId: siteId('ALC'), pointId: pointId(`ALC-${String(i + 1).padStart(2, '0')}`), connectorNo: 1,
      beginsAtMs, endsAtMs: beginsAtMs + HOUR_MS, timeZone: 'Europe/Madrid', state: isSoon ? 'active' : 'booked',
      currency: EUR, feeMinor: 400, holdMinor: 400, takenMinor: 0, checkInFromMs: beginsAtMs - 600_000,
      checkInByMs: beginsAtMs + 900_000, cancelPercent: percent, cancelMinor: percent * 4,
      whyNotCheckIn: isSoon ? null : 'check in from 18:20 on',
      whyNotChange: isSoon ? 'it is active: it cannot be changed' : null, whyNotCancel: null,
    };
  });
}

/** Rows of the list `free-slots`. */
export function sampleSlots(nowMs: number): Record<string, unknown>[] {
  return [1, 2].map((connectorNo) => ({
    siteId: 'ALC', pointId: 'ALC-01', connectorNo, type: 'IEC_62196_T2', maxPowerW: 22_000,
    beginsAtMs: nowMs + connectorNo * HOUR_MS, endsAtMs: nowMs + 6 * HOUR_MS,
  }));
}

export function sampleCharge(state: ChargeView['state'], nowMs: number): ChargeView {
  const live = state === 'charging' || state === 'suspended' || state === 'completed' || state === 'interrupted';
  return {
    requestId: requestId('r-ana-41'), sessionId: sessionId('k7f2-99'), askedFor: 'ALC-01',
    pointId: state === 'queued' ? null : pointId('ALC-01'), connectorNo: state === 'queued' ? null : 1,
    state, sinceMs: nowMs - 61_000, why: state === 'rejected' ? 'ALC-01 is broken down (too hot).' : '',
    provisional: state === 'interrupted', goal: { ...NO_GOAL, energyWh: 10_000 },
    queuePlace: state === 'queued' ? 2 : null, estimatedWaitMs: state === 'queued' ? 540_000 : null,
    plugByMs: state === 'authorized' || state === 'offered' ? nowMs + 45_000 : null,
    live: !live ? null : {
      atMs: nowMs - 500, powerW: 11_000, energyWh: 4_120, socPercent: 41, costMinor: 173, currency: EUR,
      remainingMs: 1_925_000,
    },
    maxPowerW: 22_000,
    ticket: state === 'completed' ? sampleTicket(nowMs) : null,
    steps: [
      { atMs: nowMs - 63_000, level: 'info', text: 'Asked for ALC-01, 10 kWh' },
      { atMs: nowMs - 62_000, level: 'info', text: 'Accepted: ALC-01 connector 1; 5.00 EUR held.' },
      { atMs: nowMs - 61_000, level: 'good', text: 'Authorized: plug in at ALC-01 connector 1 before 12:31.' },
    ],
  };
}

function sampleTicket(endedAtMs: number): Ticket {
  return {
    ticketId: ticketId('k7f2-120'), sessionId: sessionId('k7f2-99'), kind: 'final', corrects: null, driverId: 'ana',
    siteId: siteId('ALC'), pointId: pointId('ALC-01'), connectorNo: 1, tariffId: tariffId('day-night'),
    startedAtMs: endedAtMs - 3_600_000, endedAtMs, issuedAtMs: endedAtMs + 500, meterStartWh: 1_204_311,
    meterStopWh: 1_214_311, energyWh: 10_000, endReason: 'energy-reached',
    lines: [{
      kind: 'ENERGY', reservation: false, element: 0, component: 0, quantity: 10_000, billed: 10_000,
      unitPrice: '0.42', vatPercent: null, exclVatMicros: 4_200_000, inclVatMicros: 4_200_000,
      fromMs: endedAtMs - 3_600_000, toMs: endedAtMs,
    }],
    currency: EUR, totalMinor: 420, vat: [], flags: [],
  };
}
