// Words that only the driver's screen has.

export const DRIVER_LABELS = {
  name: 'EV_Driver', points: 'Points', charges: 'My charges', history: 'History', notLoggedIn: 'not logged in',
  balance: 'balance', held: 'held', batch: 'file', next: 'next in', asOf: 'as of',
  noPoints: 'no points known yet', noCharge: 'No charge now. Choose a point on page 1 and press "c".',
  noHistory: 'no charges yet', steps: 'What happened', stale: 'no figures for', provisional: 'provisional',
  login: {
    title: 'Log in at EV_Central', id: 'User id', password: 'Password', code: 'One-time code, if any',
    submit: 'Log in', checking: 'checking …', idWrong: 'Enter your user id.', passwordWrong: 'Enter your password.',
  },
  column: {
    point: 'Point', state: 'State', power: 'Power', free: 'Free', price: 'Price', prices: 'Prices, with VAT',
    waiting: 'Wait', far: 'Away', site: 'Site', place: 'Place', type: 'Plug', time: 'Requested', energy: 'Energy',
    amount: 'Amount', why: 'Why', session: 'Session', invoice: 'Invoice',
  },
  keys: {
    charge: 'Charge', stop: 'Stop charge', cancel: 'Cancel', leave: 'Leave queue', ticket: 'Ticket', filter: 'Filter',
    reload: 'Reload', estimate: 'Estimate', nextCharge: 'Next charge', more: 'Open',
  },
  question: {
    stop: 'Stop this charge? The ticket follows.', cancel: 'Take this request back?',
    leave: 'Leave the queue? Your place is lost.',
  },
  noneRunning: 'no charge is running', noTicket: 'there is no ticket yet',
  form: {
    title: 'Ask for a charge', where: 'Where', thisPoint: 'this point:', atSite: 'any point at a site',
    near: 'any point near', site: 'Site', position: 'Position (lat, lon)', radius: 'Within km', type: 'Plug',
    anyType: 'any', minPower: 'At least kW', goal: 'Until', goalNone: 'the battery is full', goalKwh: 'energy (kWh)',
    goalMoney: 'amount', goalSoc: 'battery (%)', amount: 'How much', queue: 'If busy', queueYes: 'wait in the queue',
    queueNo: 'refuse', submit: 'Ask', positionHint: '38.3452, -0.4810',
    positionWrong: 'The position is two numbers: latitude, longitude.', radiusWrong: 'Within 1 to 200 km.',
    powerWrong: 'kW: a number, or empty.', amountWrong: 'How much: a number above 0.',
    socWrong: 'The battery: 1 to 100 %.',
  },
  reservation: {
    title: 'Reservations', none: 'nothing reserved: "b" books a connector', nothingSelected: 'nothing is selected',
    column: {
      when: 'When (site\'s time)', begins: 'Begins', where: 'Where', state: 'State', checkIn: 'Check in', fee: 'Fee',
      held: 'Held', cancel: 'To cancel now', zone: 'Time zone', id: 'Reservation',
    },
    state: {
      booked: 'booked', active: 'check in!', 'checked-in': 'checked in', fulfilled: 'used', cancelled: 'cancelled',
      'no-show': 'no-show', expired: 'not used',
    },
    every: { daily: 'every day', weekly: 'every week', monthly: 'every month' },
    keys: { book: 'Book', checkIn: 'Check in', change: 'Change', cancel: 'Cancel it', reserve: 'Reserve' },
    inTime: 'in', left: 'left', of: 'of', to: 'to', done: 'done', missed: 'could not be had',
    checkInFrom: 'Check in from', cancelNow: 'Cancelling now costs', nothingTaken: 'nothing',
    onlyThis: 'Only this one', wholeSeries: 'This one and all that follow',
    areCancelled: 'reservations are cancelled.',
  },
  booking: {
    title: 'Reserve a connector', timesIn: 'Times are those of', timeHint: 'now, +30m, 18:30, tomorrow 08:00',
    site: 'Site', point: 'Point', anyPoint: 'any of the site', connector: 'Connector', anyConnector: 'any',
    type: 'Plug', any: 'any', start: 'From', minutes: 'Minutes', every: 'How often', once: 'once',
    times: 'Times in all',
    then: 'Then', book: 'book it', showFree: 'show free times', submit: 'Go on', to: 'to', freeTimes: 'Free times',
    change: 'Change reservation', submitChange: 'Change',
    nothingFree: 'Nothing is free there within 24 hours from then.',
    pointWrong: 'Enter a point, such as ALC-01.', connectorWrong: 'Connector: a number, or empty.',
    startWrong: 'From: now, +30m, +2h, 18:30, tomorrow 08:00 or 2026-12-01 14:00.',
    minutesWrong: 'Minutes: a whole number above 0.', timesWrong: 'Times in all: 2 to',
  },
  gauge: {
    power: 'Power', battery: 'Battery', energy: 'Energy', cost: 'Cost', left: 'Time left', goal: 'Goal',
    unknown: 'unknown', reached: 'of',
  },
  banner: {
    plugIn: 'PLUG IN BEFORE', left: 'left', queue: 'WAITING: PLACE', at: 'about', sending: 'SENDING THE REQUEST',
    wait: 'to wait',
  },
  state: { sending: 'sending', offered: 'kept for you' },
  help: [
    'Free points come first. "c" asks for a charge at the selected point, at a site, or near you.',
    '"e" estimates what a charge at the selected point would cost now.',
    '"r" on page 1 reserves a connector at the selected point; page 4 has your reservations.',
    'A charge goes on when this program ends; log in again to see it.',
  ],
} as const;
