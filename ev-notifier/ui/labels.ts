// Words that only the notifier's screen has.
export const NOTIFIER_LABELS = {
  page: 'Deliveries', sent: 'sent', waiting: 'waiting', dead: 'dead letters', channels: 'Channels',
  webhooks: 'Webhooks', bus: 'Bus', busDown: 'down: events wait there', open: 'being looked up',
  sending: 'in the air', failed: 'failed, again later',
  unread: 'events that no key opens', none: 'none: nobody is told of anything', when: 'Time', outcome: 'Outcome',
  channel: 'Channel', kind: 'Kind', to: 'To', detail: 'Detail', now: 'Now', empty: 'Nothing was sent yet',
  help: [
    'What happens in the network is told to the people whom it concerns, over the channels that they chose.',
    'Dead letters were tried often enough: look at them and send them again with ev-notifier admin.',
  ],
} as const;
