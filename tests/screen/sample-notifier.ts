// A made-up state of the notifier, for tests and for looking at the screen.
import type { LoggedDelivery, NotifierView } from '../../ev-notifier/ui/view.ts';

const OUTCOMES = ['sent', 'failed', 'dead', 'expired', 'in-doubt'] as const;

export function sampleNotifierView(count: number, nowMs: number): NotifierView {
  return {
    nowMs, startedAtMs: nowMs - 3_600_000, central: { state: 'up', sinceMs: nowMs - 61_000, why: '' },
    centralAddress: '127.0.0.1:7010', busUp: true, brokers: '127.0.0.1:9092', channels: ['email', 'sms', 'push'],
    endpoints: ['crm'], open: 1, waiting: 12, sending: 3, sent: 812, failed: 4, dead: 2, unread: 0,
    log: Array.from({ length: count }, (_unused, i) => sampleDelivery(i, nowMs)),
    messages: [
      { atMs: nowMs - 9_000, level: 'warn', text: 'sms n1-77 (queue-offer) to ben is given up: answered 400' },
    ],
  };
}

function sampleDelivery(i: number, nowMs: number): LoggedDelivery {
  const outcome = OUTCOMES[i % OUTCOMES.length] ?? 'sent';
  return {
    entry: 1_000 - i, atMs: nowMs - i * 7_000, kind: i % 2 === 0 ? 'charge-complete' : 'maintenance-planned',
    channel: i % 3 === 0 ? 'webhook' : 'email', userId: i % 3 === 0 ? null : `driver-${i}`,
    target: i % 3 === 0 ? 'crm' : '', outcome, detail: outcome === 'failed' ? 'answered 503' : '',
  };
}
