// A made-up state of an engine, for tests and for looking at the screen.
import { pointId } from '../../shared/ids.ts';
import { currency } from '../../shared/money.ts';
import { NO_GOAL } from '../../shared/messages/values.ts';
import type { EngineConnectorView, EnginePointView, EngineView } from '../../ev-cp-engine/ui/view.ts';

export function sampleEngineView(count: number, nowMs: number, connectors = 1): EngineView {
  return {
    nowMs,
    address: '127.0.0.1:8000',
    bus: { state: 'up', sinceMs: nowMs - 100_000, why: '' },
    points: Array.from({ length: count }, (_unused, i) => samplePoint(i, nowMs, connectors)),
    vehicles: [
      { name: 'city car', batteryWh: 40_000, maxPowerW: 50_000 },
      { name: 'van', batteryWh: 75_000, maxPowerW: 120_000 },
    ],
    messages: [
      { atMs: nowMs - 61_000, level: 'info', text: 'Journal read: boot 12, nothing waits' },
      { atMs: nowMs - 60_000, level: 'good', text: 'Monitor connected, key p-ALC-01-7' },
      { atMs: nowMs - 30_000, level: 'info', text: 'Authorized: ana at connector 1, session k7f2-99' },
      { atMs: nowMs - 20_000, level: 'good', text: 'Charging for ana at connector 1' },
    ],
  };
}

function samplePoint(i: number, nowMs: number, connectors: number): EnginePointView {
  const broken = i % 6 === 4;
  return {
    pointId: i % 9 === 8 ? null : pointId(`ALC-${String(i + 1).padStart(2, '0')}`),
    siteId: 'ALC', place: 'Alicante, car park Mercado',
    status: broken ? 'Faulted' : 'Charging', sinceMs: nowMs - 20_000, why: broken ? 'too hot: cable 92 °C' : '',
    operative: true, tariff: {
      currency: currency('EUR'), elements: [{ price_components: [{ type: 'ENERGY', price: 0.42, step_size: 1 }] }],
    },
    connectors: Array.from({ length: connectors }, (_unused, c) => sampleConnector(c, nowMs)),
    faults: !broken ? []
      : [{ code: 'over-temperature', connectorNo: 1, sinceMs: nowMs - 20_000, detail: 'cable 92 °C' }],
    forcedKo: false, powerLost: false,
    monitor: { state: 'up', sinceMs: nowMs - 60_000, why: '' },
    central: { state: 'up', sinceMs: nowMs - 60_000, why: '' },
    key: { held: true, sinceMs: nowMs - 60_000, why: '', expiresAtMs: nowMs + 80_000_000 },
    journalFacts: i % 3,
  };
}

function sampleConnector(c: number, nowMs: number): EngineConnectorView {
  const busy = c === 0;
  return {
    connectorNo: c + 1, type: 'IEC_62196_T2', maxPowerW: 22_000, status: busy ? 'Charging' : 'Available',
    vehicle: busy ? { name: 'city car', batteryWh: 40_000, socPercent: 41 } : null,
    powerW: busy ? 11_000 : 0, meterWh: 1_204_311, limitW: null,
    session: !busy ? null : {
      sessionId: 'k7f2-99', driverId: 'ana', state: 'charging', plugByMs: null, startedAtMs: nowMs - 20_000,
      energyWh: 4_120, costMinor: 173, goal: { ...NO_GOAL, energyWh: 10_000 },
    },
  };
}
