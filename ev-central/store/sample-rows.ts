// Rows for tests of the store: whole and plausible, each field overridable.
import { userWallet } from '../../shared/account.ts';
import type { UninvoicedTicket } from '../core/invoice-rows.ts';
import type { Payment } from '../core/payment-rows.ts';
import type {
  ChargePoint, Group, KeyRow, LiveMeter, PointState, Session, Tariff, TariffVersion, User,
} from '../core/rows.ts';
import { beginTariffUsage } from '../core/tariff/usage.ts';
import {
  claimId, correlationId, groupId, keyId, meterId, paymentId, pointId, requestId, reservationId, sessionId, siteId,
  tariffId, ticketId, userId,
} from '../../shared/ids.ts';
import type { Claim } from '../../shared/messages/claim.ts';
import type { Invoice } from '../../shared/messages/invoice.ts';
import type { SiteRow } from '../../shared/messages/orders.ts';
import type { Reservation, ReservationSeries } from '../../shared/messages/reservation.ts';
import { NO_GOAL } from '../../shared/messages/values.ts';
import { currency } from '../../shared/money.ts';

export const START_MS = 1_763_700_000_000;

export const sampleTariff: Tariff = {
  tariffId: tariffId('day-night'), firstVersion: 1, newestVersion: 1, active: true,
};

export const sampleVersion: TariffVersion = {
  tariffId: sampleTariff.tariffId, version: 1, putAtMs: START_MS,
  ocpi: {
    id: sampleTariff.tariffId, currency: currency('EUR'),
    elements: [{ price_components: [
      { type: 'ENERGY', price: 0.42, step_size: 1 }, { type: 'FLAT', price: 0.35, step_size: 1 },
    ] }],
  },
};

export const sampleSite: SiteRow = {
  siteId: siteId('ALC'), name: 'Alicante, Gran Vía', address: 'Gran Vía 1', latitude: 38.345, longitude: -0.481,
  timeZone: 'Europe/Madrid', tariffId: sampleTariff.tariffId, queueEnabled: true,
};

export function samplePoint(change: Partial<ChargePoint> = {}): ChargePoint {
  return {
    pointId: pointId('ALC-01'), siteId: sampleSite.siteId, address: 'Level -1', latitude: 38.345, longitude: -0.481,
    connectors: [{ connectorNo: 1, type: 'IEC_62196_T2', maxPowerW: 22_000 }], secretSha256: null, ...change,
  };
}

export function samplePointState(change: Partial<PointState> = {}): PointState {
  return {
    pointId: pointId('ALC-01'), link: { connected: true, sinceMs: START_MS, reason: '' },
    health: { engine: 'ok', sinceMs: START_MS, reason: '' },
    operative: { on: true, sinceMs: START_MS, note: '', by: '', planned: false }, barred: null,
    connectors: [{
      connectorNo: 1, plugged: false, faults: [], batteryWh: null, socPercent: null, vehiclePowerW: null,
      finishedSessionId: null,
    }],
    faults: [], keyId: null, accepted: null, commandNumber: 0, clockOffsetMs: 0, evictionsMs: [], ...change,
  };
}

export function sampleUser(change: Partial<User> = {}): User {
  return {
    userId: userId('ana'), role: 'user', active: true, priorityClass: 'normal',
    limits: { sessionsAtOnce: 1, maxPowerW: null, hours: null }, currency: currency('EUR'), passwordHash: null,
    pinHash: null, balanceMinor: 5_000, heldMinor: 0, noticeNumber: 0, readingKeyId: null, ...change,
  };
}

export function sampleGroup(change: Partial<Group> = {}): Group {
  return {
    groupId: groupId('fleet'), name: 'Vans', kind: 'fleet', currency: currency('EUR'), active: true,
    members: [{ userId: userId('ana'), role: 'member', paid: true, limits: null }],
    limits: { perSessionMinor: null, perMonthMinor: 20_000 }, siteIds: [siteId('ALC')],
    hours: { fromMinute: 480, toMinute: 1_200 }, timeZone: 'UTC', balanceMinor: 0, heldMinor: 0,
    spent: [{ userId: userId('ana'), month: '2026-03', amountMinor: 420 }], ...change,
  };
}

export function sampleSession(change: Partial<Session> = {}): Session {
  return {
    sessionId: sessionId('k7f2-99'), requestId: requestId('r-ana-1'), corr: correlationId('c-1'),
    driverId: userId('ana'), siteId: siteId('ALC'), pointId: pointId('ALC-01'), connectorNo: 1, atPoint: false,
    state: 'charging', stateSinceMs: START_MS, requestedAtMs: START_MS,
    target: { kind: 'point', pointId: pointId('ALC-01'), connectorNo: null },
    fit: { connectorType: null, minPowerW: null }, goal: NO_GOAL, priorityClass: 'normal', queuedAtMs: null,
    toldPlace: null, offered: false, holdMinor: 2_000, payer: userWallet(userId('ana')), currency: currency('EUR'),
    tariff: 'day-night#1', terms: null,
    timeZone: 'Europe/Madrid', commandNumber: 1, plugByMs: null, startedAtMs: START_MS, startedRawMs: START_MS,
    startReceivedMs: START_MS, bootId: 1, meterStartWh: 1_000,
    usage: beginTariffUsage(START_MS), lastStoredSample: 0, stopping: null, endedAtMs: null, endReceivedMs: null,
    meterStopWh: null, endReason: null, refusal: null, provisional: false, settled: false, energyWh: 0, costMinor: 0,
    ticketId: null, disputedWh: 0, flags: [], ...change,
  };
}

export function sampleMeter(change: Partial<LiveMeter> = {}): LiveMeter {
  return {
    sessionId: sessionId('k7f2-99'), sample: 1, registerWh: 1_002, powerW: 7_200, socPercent: 41, state: 'charging',
    kind: 'charging', atMs: START_MS, rawAtMs: START_MS, uptimeMs: 1_000, receivedAtMs: START_MS, ...change,
  };
}

export function sampleKey(change: Partial<KeyRow> = {}): KeyRow {
  return {
    keyId: keyId('k7f2-5'), kind: 'point', ownerId: 'ALC-01', keyBase64: Buffer.alloc(32, 7).toString('base64'),
    createdAtMs: START_MS, expiresAtMs: START_MS + 86_400_000, replacedAtMs: null, revokedAtMs: null, ...change,
  };
}

export function samplePayment(change: Partial<Payment> = {}): Payment {
  return {
    paymentId: paymentId('k7f2-120'), purpose: 'top-up', userId: userId('ana'), sessionId: null, gateway: 'demo',
    reference: 'g-1', token: '', currency: currency('EUR'), amountMinor: 2_000, state: 'pending', capturedMinor: 0,
    refundedMinor: 0, bookedMinor: 0, bookedBackMinor: 0,
    operation: {
      kind: 'fetch', key: 'k7f2-120.2', amountMinor: 0, targetMinor: 0, attempts: 1, sinceMs: START_MS,
      phase: 'resting', nextAttemptMs: START_MS + 15_000, unsure: false, refused: false,
    },
    operations: 2, cancelWanted: false, lastError: null, corr: correlationId('payment-k7f2-120'),
    createdAtMs: START_MS, changedAtMs: START_MS, expiresAtMs: START_MS + 1_800_000, ...change,
  };
}

export function sampleUninvoiced(change: Partial<UninvoicedTicket> = {}): UninvoicedTicket {
  return {
    ticketId: ticketId('k7f2-120'), payer: userWallet(userId('ana')), currency: currency('EUR'), issuedAtMs: START_MS,
    ticket: {
      ticketId: ticketId('k7f2-120'), sessionId: sessionId('k7f2-99'), kind: 'final', driverId: null,
      siteId: siteId('ALC'), siteName: 'Alicante, Mercado', pointId: pointId('ALC-01'), connectorNo: 1,
      timeZone: 'Europe/Madrid', startedAtMs: START_MS - 3_600_000, endedAtMs: START_MS, energyWh: 10_000,
      lines: [{ text: 'Energy', quantity: '10.000 kWh x 0.42/kWh', amount: '4.20' }],
      netMinor: 420, vatMinor: 88, totalMinor: 508, vat: [{ rate: '21', netMinor: 420, vatMinor: 88 }],
    },
    ...change,
  };
}

export function sampleClaim(change: Partial<Claim> = {}): Claim {
  return {
    claimId: claimId('k7f2-130'), groupId: groupId('fleet'), claimantId: userId('ana'), meterId: meterId('home-ana'),
    basis: { kind: 'registers', fromMs: START_MS - 86_400_000, toMs: START_MS, fromWh: 1_000, toWh: 26_300 },
    fromMs: START_MS - 86_400_000, toMs: START_MS, energyWh: 25_300, rate: { minor: 2_875, perKwh: 100 },
    amountMinor: 727, currency: currency('EUR'),
    evidence: [{ reference: 'Bill 4711', sha256: 'a'.repeat(64), mediaType: 'application/pdf', bytes: 1_000 }],
    state: 'submitted', reason: '', putAtMs: START_MS, submittedAtMs: START_MS, decidedAtMs: null, decidedBy: null,
    paidAtMs: null, paidFrom: null, ...change,
  };
}

export function sampleReservation(change: Partial<Reservation> = {}): Reservation {
  return {
    reservationId: reservationId('k7f2-140'), seriesId: null, fleetId: null, userId: userId('ana'),
    payer: userWallet(userId('ana')), siteId: siteId('ALC'), pointId: pointId('ALC-01'), connectorNo: 1,
    beginsAtMs: START_MS + 3_600_000, endsAtMs: START_MS + 7_200_000, state: 'booked',
    stateSinceMs: START_MS, bookedAtMs: START_MS, currency: currency('EUR'), feeMinor: 500, holdMinor: 500,
    takenMinor: 0, ticketId: null, sessionId: null,
    terms: { tiers: [{ beforeMs: 86_400_000, percent: 0 }], marginMs: 300_000, graceMs: 900_000, reminderMs: 900_000 },
    tariff: 'day-night#1', timeZone: 'Europe/Madrid', reminded: false, begun: false, dueMs: START_MS + 2_700_000,
    why: '', ...change,
  };
}

export function sampleReservationSeries(change: Partial<ReservationSeries> = {}): ReservationSeries {
  return {
    seriesId: reservationId('k7f2-141'), userId: userId('ana'), siteId: siteId('ALC'), pointId: pointId('ALC-01'),
    connectorNo: 1, beginsAtMs: START_MS + 3_600_000, endsAtMs: START_MS + 7_200_000,
    repeat: { every: 'weekly', times: 10 }, timeZone: 'Europe/Madrid', state: 'active', made: 5,
    missed: [{ beginsAtMs: START_MS, why: 'ALC-01/1 is reserved in that time' }], dueMs: START_MS + 86_400_000,
    ...change,
  };
}

/** The invoice of `sampleUninvoiced`. */
export function sampleInvoice(change: Partial<Invoice> = {}): Invoice {
  return {
    number: 'INV-2025-000001', kind: 'invoice', corrects: null, payer: userWallet(userId('ana')),
    issuedAtMs: START_MS,
    timeZone: 'Europe/Madrid',
    issuer: {
      name: 'Red de Carga del Sur, S.L.', address: ['Avenida de la Estación 12', '03003 Alicante', 'España'],
      vatId: 'ESB12345674', footer: ['Registro Mercantil de Alicante, tomo 1234, folio 56, hoja A-7890'],
    },
    buyer: { name: 'Ana Núñez', address: ['Calle del Mar 3', '03570 Villajoyosa'], vatId: null },
    currency: currency('EUR'), ticketCount: 1, vat: [{ rate: '21', netMinor: 420, vatMinor: 88 }], netMinor: 420,
    vatMinor: 88, totalMinor: 508, paidMinor: 508, dueMinor: 0, ...change,
  };
}
