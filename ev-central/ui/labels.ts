// Words that only the operator's screen has.

export const CENTRAL_LABELS = {
  name: 'EV_Central', points: 'Points', sessions: 'Sessions', queue: 'Queue', drivers: 'Drivers',
  deadLetters: 'Dead letters', audit: 'Audit', events: 'Events', tickets: 'Tickets', commands: 'Commands',
  point: 'Point', requests: 'On-going drivers\' requests', noRequests: 'no requests',
  allOnPage: 'all on page 3', noPoints: 'no points',
  noQueue: 'nobody waits or charges', noDrivers: 'no driver is on line', noRows: 'nothing here yet',
  header: {
    sites: 'sites', points: 'points', up: 'up', charging: 'charging', queue: 'queue', out: 'to send',
    letters: 'dead letters', busUp: 'bus up', busDown: 'BUS DOWN', since: 'since', busConnecting: 'bus connecting',
    barred: 'barred: key "o" on the point', standby: 'STANDBY',
  },
  tile: { free: 'free', of: 'of', session: 'session', sessions: 'sessions', barred: 'barred' },
  barred: {
    'key-revoked': 'key revoked: waits for its monitor\'s menu', 'point-revoked': 'secret revoked',
    'two-monitors': 'two monitors with one identity: check, then unbar',
  },
  column: {
    date: 'Date', time: 'Time', driver: 'User', point: 'Point', site: 'Site', state: 'State', details: 'Details',
    since: 'Since', price: 'Price/kWh', power: 'Power', amount: 'Amount', why: 'Why', place: 'Place', id: 'Id',
    wait: 'Wait', priority: 'Class', goal: 'Goal', address: 'Address', sessions: 'Sessions', connectors: 'Free',
    energy: 'Energy', who: 'Who', action: 'Action', outcome: 'Outcome', parameters: 'Parameters', kind: 'Kind',
    source: 'From', reason: 'Reason', sender: 'Sender', total: 'Total', session: 'Session', type: 'Type',
    number: 'No', ended: 'Ended', data: 'What', heard: 'Heard',
  },
  keys: {
    stop: 'Stop', resume: 'Resume', maintenance: 'Maintenance', end: 'End session', orders: 'Orders',
    view: 'Tiles/list', site: 'Site', mark: 'Mark', open: 'Open', filter: 'Filter', back: 'Back', reload: 'Reload',
    close: 'Close session', leave: 'Take out of queue', revokeUser: 'Revoke keys', release: 'Release lockout',
    log: 'Events/commands', ticket: 'Ticket',
  },
  order: {
    stop: 'Stop (out of order)', resume: 'Resume (activate)', maintenance: 'Maintenance with a note',
    end: 'End session', close: 'Close interrupted session', limit: 'Set power limit', softReset: 'Reset (soft)',
    hardReset: 'Reset (hard)', unlock: 'Unlock connector', revokeKey: 'Revoke key', revokePoint: 'Revoke secret',
    unbar: 'Unbar', leave: 'Take out of queue', revokeUser: 'Revoke keys of a driver', release: 'Release a lockout',
  },
  form: {
    scope: 'Which', note: 'Note', noteHint: 'shown to drivers and kept in the audit', give: 'Give the order',
    connector: 'Connector', limitKw: 'Limit in kW (empty: none)', whole: 'whole point', who: 'User, address, point',
    session: 'Session', all: 'all points', marked: 'marked points', site: 'site', point: 'point',
    noteNeeded: 'Maintenance needs a note that says why.', limitWrong: 'Enter kW as a number above 0, or nothing.',
    whoNeeded: 'Enter who is locked out, such as user:ana, pin:ana, pinat:ALC-01 or addr:10.0.0.7.',
  },
  question: {
    runningEnd: (charges: number): string => (charges === 0 ? 'No charge is running there.'
      : `${charges} running ${charges === 1 ? 'charge ends' : 'charges end'} at once, and the drivers are told.`),
    all: 'This is the whole network. Sure?',
    revokeKey: 'The point goes out of service until somebody uses the menu of its monitor. A running charge is ended.',
    revokePoint: 'The point\'s secret is void: it needs a new one from "ev-central admin". A running charge is ended.',
    unbar: 'Do this when you know which of the monitors is the right one and the other is gone.',
    revokeUser: 'The driver is logged out everywhere and has to log in again.',
    end: 'The charge ends now; the driver gets the ticket.',
    close: 'The session becomes final at its last meter value, and the ticket goes out.',
    leave: 'The driver loses her place and is told.',
  },
  nothingSelected: 'nothing is selected', noSession: 'no session there',
  chooseSite: 'Show which site?', everySite: 'every site', chooseSession: 'Which session?',
  detail: {
    place: 'Place', price: 'Price', monitor: 'Monitor', heard: 'last heard', never: 'not since the start',
    connectors: 'Connectors', noAddress: 'not connected', gone: 'This point is no longer in the registry.',
  },
  calendar: {
    title: 'Reservations', none: 'no reservation there on this day', noSites: 'no site yet',
    reservations: 'reservations', legend: '▒ booked █ used x no-show',
    column: {
      when: 'When', state: 'State', who: 'Who', fee: 'Fee', taken: 'Taken', id: 'Reservation', series: 'Recurring',
      why: 'Why',
    },
    state: {
      booked: 'booked', active: 'kept', 'checked-in': 'in use', fulfilled: 'used', cancelled: 'cancelled',
      'no-show': 'no-show', expired: 'not used',
    },
    keys: {
      before: 'Day before', after: 'Day after', today: 'Today', list: 'Connectors/list', cancel: 'Cancel reservation',
      checkIn: 'Check in',
    },
    itIs: 'it is', which: 'Which', onlyThis: 'only this one', wholeSeries: 'all of the recurring one', takes: 'Take',
    byTerms: 'what its terms say:', nothing: 'nothing', told: 'The driver is told.', noteHint: 'its driver reads it',
  },
  figures: {
    title: 'Figures', sessions: 'Charges', energy: 'Energy', revenue: 'Revenue', utilisation: 'Utilisation',
    chargingTime: 'Time of charging', firstAttempt: 'First attempts that charged', queue: 'Queue', uptime: 'Uptime',
    rapid: 'From 50 kW on', aim: 'aim', missesAim: 'misses the aim', unknown: 'not known', nothing: 'nothing',
    idle: 'plugged in without charging', of: 'of', waits: 'waits', onAverage: 'on average', served: 'served',
    net: 'net', refunded: 'given back', by: 'by', piece: { hour: 'hour (UTC)', day: 'day', month: 'month' },
    span: { today: 'Today', week: '7 days', month: '30 days', year: '12 months' },
  },
  plugBy: 'plug in by',
  help: [
    'Tiles: id and state, place, price and for how long, then live kW, amount and driver, or why.',
    'Space marks points; stop and resume can act on all that are marked, a site, or all.',
    '"9" is the calendar of reservations, "0" the figures.',
    'Every order is written to the audit with the user "console".',
  ],
} as const;
