// A made-up state of a monitor, for tests and for looking at the screen.
import { pointId } from '../../shared/ids.ts';
import type { HealthBeat, MonitorPointView, MonitorView } from '../../ev-cp-monitor/ui/view.ts';

export function sampleMonitorView(count: number, nowMs: number): MonitorView {
  return {
    nowMs,
    points: Array.from({ length: count }, (_unused, i) => samplePoint(i, nowMs)),
    messages: [
      { atMs: nowMs - 61_000, level: 'info', text: 'Asking EV_Central at 127.0.0.1:7010' },
      { atMs: nowMs - 60_000, level: 'good', text: 'ALC-01 authenticated, key p-ALC-01-7' },
      { atMs: nowMs - 9_000, level: 'error', text: 'Engine says KO: too hot (cable 92 °C)' },
      { atMs: nowMs - 3_000, level: 'good', text: 'Engine is well again' },
    ],
  };
}

function samplePoint(i: number, nowMs: number): MonitorPointView {
  const revoked = i % 7 === 3;
  const history = Array.from({ length: 60 }, (_unused, s): HealthBeat =>
    s < 3 ? 'none' : s >= 50 && s < 56 ? 'ko' : s === 20 ? 'unreachable' : 'ok');
  return {
    pointId: pointId(`ALC-${String(i + 1).padStart(2, '0')}`),
    siteId: 'ALC', place: 'Alicante, car park Mercado, level -1',
    central: revoked
      ? { state: 'refused', sinceMs: nowMs - 9_000, why: 'The key was revoked' }
      : { state: 'up', sinceMs: nowMs - 61_000, why: '' },
    centralAddress: '127.0.0.1:7010',
    engine: { state: 'up', sinceMs: nowMs - 62_000, why: '' },
    engineAddress: `127.0.0.1:${8000 + i}`,
    health: { engine: i % 5 === 4 ? 'ko' : 'ok', reason: i % 5 === 4 ? 'too hot' : '', sinceMs: nowMs - 4_000 },
    history,
    authentication: revoked
      ? { state: 'refused', sinceMs: nowMs - 9_000, why: 'The key of ALC-04 was revoked', needsHand: true }
      : { state: 'authenticated', sinceMs: nowMs - 60_000, why: '', needsHand: false },
    keyExpiresAtMs: revoked ? null : nowMs + 86_000_000,
    clockOffsetMs: -12,
  };
}
