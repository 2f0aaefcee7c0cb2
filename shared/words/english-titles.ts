// English: the single words and titles of lists, states and keys. The sentences are in english.ts.
import type { Words } from './catalogue.ts';

type Titles = Pick<Words,
  'faultCode' | 'paymentFailure' | 'paymentPurpose' | 'sessionState' | 'pointStatus' | 'panelStatus'
  | 'connectorType' | 'role' | 'priorityClass' | 'eventKind' | 'deadLetterReason' | 'ticketLine' | 'price' | 'logLevel'
  | 'label' | 'key'>;

export const ENGLISH_TITLES: Titles = {
  faultCode: {
    relay: 'relay fault', 'ground-fault': 'ground fault', 'over-temperature': 'too hot', meter: 'meter fault',
    'power-loss': 'power loss', forced: 'fault from the menu',
  },
  paymentFailure: {
    declined: 'it was declined', 'not-possible': 'the payment service does not take it',
    'gateway-away': 'the payment service could not be reached', 'not-confirmed': 'it was not confirmed in time',
    'not-captured': 'the amount that stood ready could not be taken',
  },
  paymentPurpose: { 'top-up': 'top-up', 'pre-authorization': 'pre-authorization' },
  sessionState: {
    requested: 'requested', queued: 'waiting', authorized: 'authorized', preparing: 'plugged in', charging: 'charging',
    suspended: 'paused', finishing: 'finishing', completed: 'completed', rejected: 'refused', cancelled: 'cancelled',
    expired: 'expired', interrupted: 'broken off',
  },
  pointStatus: {
    Available: 'free', Preparing: 'plugging in', Charging: 'charging', SuspendedEV: 'paused by the car',
    SuspendedEVSE: 'paused by the point', Finishing: 'finishing', Reserved: 'kept for somebody',
    Unavailable: 'out of order', Faulted: 'broken down', Disconnected: 'not connected',
  },
  panelStatus: {
    Available: 'Activated', Preparing: 'Activated', Charging: 'Supplying', SuspendedEV: 'Supplying',
    SuspendedEVSE: 'Supplying', Finishing: 'Supplying', Reserved: 'Activated', Unavailable: 'Out of order',
    Faulted: 'Broken down', Disconnected: 'Disconnected',
  },
  connectorType: {
    IEC_62196_T1: 'Type 1', IEC_62196_T1_COMBO: 'CCS 1', IEC_62196_T2: 'Type 2', IEC_62196_T2_COMBO: 'CCS 2',
    CHADEMO: 'CHAdeMO', SAE_J3400: 'NACS', TESLA_S: 'Tesla S', DOMESTIC_B: 'domestic B', DOMESTIC_F: 'Schuko',
    NEMA_5_20: 'NEMA 5-20', NEMA_6_50: 'NEMA 6-50', NEMA_14_50: 'NEMA 14-50',
  },
  role: { admin: 'administrator', operator: 'operator', technician: 'technician', user: 'driver' },
  priorityClass: { normal: 'normal', priority: 'priority', emergency: 'emergency' },
  eventKind: {
    'point-status': 'state', 'point-link': 'link', 'point-health': 'health', 'point-operative': 'order',
    'point-note': 'note', 'point-boot': 'start', fault: 'fault', 'fault-cleared': 'repaired',
    'session-state': 'session', 'session-flag': 'session flag', ticket: 'ticket', ledger: 'ledger', queue: 'queue',
    command: 'command', order: 'order', access: 'access', registry: 'registry', bus: 'bus', payment: 'payment',
    debt: 'debt',
    'reservation-confirmed': 'reserved', 'reservation-changed': 'reserved anew',
    'reservation-cancelled': 'reservation off', 'reservation-reminder': 'reservation soon',
    'reservation-no-show': 'no-show', 'reservation-state': 'reservation', 'nearly-done': 'nearly done',
    'low-balance': 'low balance', invoice: 'invoice', 'payment-failed': 'payment failed', maintenance: 'maintenance',
  },
  deadLetterReason: {
    malformed: 'not understandable', 'unknown-type': 'unknown message', 'unknown-sender': 'unknown sender',
    'wrong-key': 'not understandable (wrong key)', 'not-for-us': 'for somebody else', 'too-large': 'too large',
    impossible: 'impossible now',
  },
  ticketLine: {
    ENERGY: 'Energy', TIME: 'Charging time', PARKING_TIME: 'Parking time', FLAT: 'Fee', MIN_PRICE: 'Up to minimum',
    MAX_PRICE: 'Down to maximum', DISCOUNT: 'Discount', RESERVATION: 'Reservation',
    energy: 'Energy', time: 'Time', session: 'Session fee',
  },
  price: { parking: 'parking', session: 'a session', free: 'free', none: 'no price' },
  logLevel: { debug: 'detail', info: 'info', warn: 'warning', error: 'error' },
  label: {
    ticket: 'Ticket', correction: 'Correction', corrects: 'Corrects', session: 'Session', driver: 'Driver',
    point: 'Point', connector: 'Connector', site: 'Site', tariff: 'Tariff', started: 'Started', ended: 'Ended',
    duration: 'Duration', energy: 'Energy', power: 'Power', meter: 'Meter', reason: 'Reason', total: 'Total',
    net: 'Without VAT', vat: 'VAT',
    balance: 'Balance', held: 'Held', cost: 'Cost', 'time-left': 'Time left', 'state-of-charge': 'Battery',
    price: 'Price', state: 'State', 'place-in-queue': 'Place', wait: 'Wait', since: 'Since', flags: 'Remarks',
    central: 'EV_Central', engine: 'Engine', bus: 'Bus', requests: 'Requests', messages: 'Messages',
    'on-line': 'on line', connecting: 'connecting', away: 'away', refused: 'refused', up: 'up', down: 'down',
    ok: 'ok', ko: 'KO', unreachable: 'unreachable', unknown: 'unknown',
  },
  key: {
    help: 'Help', quit: 'Quit', back: 'Back', filter: 'Filter', sort: 'Sort', refresh: 'Refresh', open: 'Open',
    confirm: 'Confirm', cancel: 'Cancel', charge: 'Charge', stop: 'Stop', history: 'History', points: 'Points',
    ticket: 'Ticket', authenticate: 'Authenticate', plug: 'Plug in', unplug: 'Unplug', fault: 'Fault',
    repair: 'Repair', resume: 'Resume', queue: 'Queue', sessions: 'Sessions', events: 'Events', drivers: 'Drivers',
    'dead-letters': 'Dead letters', maintenance: 'Maintenance', revoke: 'Revoke', log: 'Log', next: 'Next',
    previous: 'Previous',
  },
};
