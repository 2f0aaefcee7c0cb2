// Words that only the monitor's screen has.
import type { HealthBeat, MonitorPointView } from './view.ts';

export const MONITOR_LABELS = {
  points: 'points', authenticated: 'authenticated', well: 'engines well', authentication: 'Authenticated',
  health: 'Engine is', history: 'Last minute', keyExpires: 'Key until', clock: 'Clock', noKey: 'no key',
  authenticate: 'Authenticate', back: 'Back to list', fleet: 'Points', point: 'Point', links: 'Links',
  question: 'Connect to EV_Central and authenticate this point now?', needsHand: 'waits for key "a"',
  noPoints: 'No points yet', ahead: 'ms to add to ours',
  state: { waiting: 'not yet', authenticating: 'asking', authenticated: 'yes', refused: 'refused' } as const satisfies
    Record<MonitorPointView['authentication']['state'], string>,
  beat: { ok: 'ok', ko: 'KO', unreachable: 'no answer', none: 'not asked' } as const satisfies
    Record<HealthBeat, string>,
  health_: { ok: 'ok', ko: 'KO', unreachable: 'unreachable' } as const,
  help: [
    'The monitor asks its engine every second and tells EV_Central what it hears.',
    'After a revoked key, or when another monitor took its place, it waits for key "a".',
  ],
} as const;
