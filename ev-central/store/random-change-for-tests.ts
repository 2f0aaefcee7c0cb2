// Test support: random changes to the core's tables, for the property that what was committed is what is loaded.
import fc from 'fast-check';
import type { Tables } from '../core/state.ts';
import { emptyTables } from '../core/state.ts';
import { keyId, pointId, requestId, sessionId, siteId, userId } from '../../shared/ids.ts';
import {
  sampleKey, sampleMeter, samplePoint, samplePointState, sampleSession, sampleSite, sampleTariff, sampleUser, START_MS,
} from './sample-rows.ts';

/** One random change to one row. */
export type Change = { table: keyof Tables; which: number; figure: number; words: string; remove: boolean };
export const changeArbitrary: fc.Arbitrary<Change> = fc.record({
  table: fc.constantFrom(...(Object.keys(emptyTables()) as (keyof Tables)[])),
  which: fc.integer({ min: 0, max: 3 }),
  figure: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 2 ** 45 })),
  words: fc.string(),
  remove: fc.boolean(),
});

/** One change to one row; parents that the schema asks for are put first. */
export function applyChange(tables: Tables, { table, which, figure, words, remove }: Change): void {
  const id = `row-${which}`;
  const putParents = (): void => {
    tables.tariffs.put(sampleTariff);
    tables.sites.put(sampleSite);
    tables.sessions.put(sampleSession({ sessionId: sessionId(id), energyWh: figure, flags: [words] }));
  };
  const changes: Record<keyof Tables, () => void> = {
    installation: () => tables.installation.put({ ...tables.installation.must('installation'), counter: figure }),
    tariffs: () => tables.tariffs.put({ ...sampleTariff, perSessionMicros: figure }),
    sites: () => {
      putParents();
      tables.sites.put({ ...sampleSite, siteId: siteId(id), name: words, latitude: figure / 2 ** 40 });
    },
    points: () => {
      putParents();
      if (remove) tables.points.remove(pointId(id));
      else tables.points.put(samplePoint({
        pointId: pointId(id), address: words,
        secretSha256: figure % 2 === 0 ? null : Buffer.alloc(32, figure).toString('base64'),
      }));
    },
    pointStates: () => (remove ? tables.pointStates.remove(pointId(id)) : tables.pointStates.put(samplePointState({
      pointId: pointId(id), commandNumber: figure, operative: { on: remove, sinceMs: figure, note: words, by: words },
    }))),
    users: () => (remove ? tables.users.remove(userId(id)) : tables.users.put(sampleUser({
      userId: userId(id), balanceMinor: 3 - figure, active: figure % 2 === 0, pinHash: words,
    }))),
    sessions: putParents,
    meters: () => {
      putParents();
      tables.meters.put(sampleMeter({ sessionId: sessionId(id), registerWh: figure, socPercent: null }));
    },
    keys: () => (remove ? tables.keys.remove(keyId(id)) : tables.keys.put(sampleKey({
      keyId: keyId(id), expiresAtMs: figure, keyBase64: Buffer.alloc(32, which).toString('base64'),
    }))),
    requests: () => tables.requests.put({
      requestId: requestId(id), driverId: userId('ana'), kind: 'stop', sessionId: null, answer: null,
      atMs: START_MS + figure,
    }),
    orders: () => tables.orders.put({
      orderId: requestId(id), by: words, outcome: 'done', text: words, lines: [{ what: words, outcome: '' }],
      atMs: START_MS + figure,
    }),
    commands: () => tables.commands.put({
      pointId: pointId(id), number: 1 + which, type: 'stop', sessionId: null, sentAtMs: START_MS, deadlineMs: figure,
      outcome: 'open', reason: null,
    }),
    persons: () => (remove ? tables.persons.remove(userId(id)) : tables.persons.put({
      userId: userId(id), name: words, email: words, emailVerified: figure % 2 === 0, language: 'es', timeZone: 'UTC',
    })),
    accountCodes: () => (remove ? tables.accountCodes.remove(id) : tables.accountCodes.put({
      sha256: id, userId: userId('ana'), purpose: 'verify-email', activates: figure % 2 === 0, expiresAtMs: figure,
    })),
    mails: () => (remove ? tables.mails.remove(id) : tables.mails.put({
      mailId: id, userId: userId('ana'), what: 'reset-password', code: figure % 2 === 0 ? null : words, state: 'waiting',
      attempts: which, madeAtMs: figure, nextAtMs: figure, error: words,
    })),
    vehicles: () => (remove ? tables.vehicles.remove(`ana#${id}`) : tables.vehicles.put({
      userId: userId('ana'), vehicleId: id, batteryWh: figure, connectorType: 'IEC_62196_T2', maxPowerW: 11_000,
    })),
    tokens: () => (remove ? tables.tokens.remove(id) : tables.tokens.put({
      tokenId: id, kind: 'rfid', userId: userId('ana'), blocked: figure % 2 === 0, expiresAtMs: null, issuedAtMs: figure,
    })),
    secondFactors: () => (remove ? tables.secondFactors.remove(userId(id)) : tables.secondFactors.put({
      userId: userId(id), secretBase64: Buffer.alloc(20, which).toString('base64'), confirmed: figure % 2 === 0,
      lastCounter: figure, recoverySha256s: [words], madeAtMs: figure,
    })),
    lockouts: () => (remove ? tables.lockouts.remove(words) : tables.lockouts.put({
      who: words, failures: figure, firstAtMs: figure, lockedUntilMs: null,
    })),
  };
  changes[table]();
}
