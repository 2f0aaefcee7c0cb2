// Rows for tests of the store: whole and plausible, each field overridable.
import type { Payment } from '../core/payment-rows.ts';
import type { ChargePoint, KeyRow, LiveMeter, PointState, Session, User } from '../core/rows.ts';
import {
  correlationId, keyId, paymentId, pointId, requestId, sessionId, siteId, tariffId, userId,
} from '../../shared/ids.ts';
import type { SiteRow } from '../../shared/messages/orders.ts';
import type { Tariff } from '../../shared/messages/values.ts';
import { NO_GOAL } from '../../shared/messages/values.ts';
import { currency } from '../../shared/money.ts';

export const START_MS = 1_763_700_000_000;

export const sampleTariff: Tariff = {
  tariffId: tariffId('day-night'), currency: currency('EUR'), perSessionMicros: 350_000,
  bands: [{ fromMinute: 0, toMinute: 1440, perKwhMicros: 420_000, perMinuteMicros: 0 }],
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
    operative: { on: true, sinceMs: START_MS, note: '', by: '' }, barred: null,
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

export function sampleSession(change: Partial<Session> = {}): Session {
  return {
    sessionId: sessionId('k7f2-99'), requestId: requestId('r-ana-1'), corr: correlationId('c-1'),
    driverId: userId('ana'), siteId: siteId('ALC'), pointId: pointId('ALC-01'), connectorNo: 1, atPoint: false,
    state: 'charging', stateSinceMs: START_MS, requestedAtMs: START_MS,
    target: { kind: 'point', pointId: pointId('ALC-01'), connectorNo: null },
    fit: { connectorType: null, minPowerW: null }, goal: NO_GOAL, priorityClass: 'normal', queuedAtMs: null,
    toldPlace: null, offered: false, holdMinor: 2_000, currency: currency('EUR'), tariff: sampleTariff,
    timeZone: 'Europe/Madrid', commandNumber: 1, plugByMs: null, startedAtMs: START_MS, startedRawMs: START_MS,
    startReceivedMs: START_MS, bootId: 1, meterStartWh: 1_000,
    usage: { bands: [{ fromMinute: 0, energyWh: 0, durationMs: 0 }], last: { registerWh: 1_000, atMs: START_MS } },
    lastStoredSample: 0, stopping: null, endedAtMs: null, endReceivedMs: null, meterStopWh: null, endReason: null,
    refusal: null, provisional: false, settled: false, energyWh: 0, costMinor: 0, ticketId: null, disputedWh: 0,
    flags: [], ...change,
  };
}

export function sampleMeter(change: Partial<LiveMeter> = {}): LiveMeter {
  return {
    sessionId: sessionId('k7f2-99'), sample: 1, registerWh: 1_002, powerW: 7_200, socPercent: 41, state: 'charging',
    atMs: START_MS, rawAtMs: START_MS, uptimeMs: 1_000, receivedAtMs: START_MS, ...change,
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
    operations: 2, cancelWanted: false, actionUrl: null, lastError: null, corr: correlationId('payment-k7f2-120'),
    createdAtMs: START_MS, changedAtMs: START_MS, expiresAtMs: START_MS + 1_800_000, ...change,
  };
}
