// `ctl`: what the operator's screen shows and does, for scripts. It needs a running Central.
import type { Command } from 'commander';
import type { Query } from '../../shared/messages/query.ts';
import { addReservationOrders } from './ctl-reservations.ts';
import { addEstimateCommand } from './ctl-estimate.ts';
import type { Currency } from '../../shared/money.ts';
import { formatMoney } from '../../shared/money.ts';
import type { StoredMovement } from '../store/store.ts';
import { PAYMENT_COLUMNS } from './admin-payments.ts';
import { printJson, printList, printRow } from './output.ts';
import type { Row } from './order-desk.ts';
import { readList } from './order-desk.ts';
import type { Own } from './tool-action.ts';
import { UsageError, withCentral, withOrder } from './tool-action.ts';
import { addTimeOptions, addToolOptions } from './tool-options.ts';
import { checkedOrder, numberOf, textOf, textsOf, timesOf, wattsOf } from './typed-options.ts';

type OrderInput = Parameters<typeof checkedOrder>[0];
type List = {
  what: Query['what']; about: string; columns?: readonly string[]; filters: readonly string[];
  /** Its rows can be chosen by their time. */
  timed?: true;
  /** A row as people read it. */
  forPeople?: (row: Row) => Row;
};

const SESSION_COLUMNS = [
  'sessionId', 'driverId', 'siteId', 'pointId', 'connectorNo', 'state', 'stateSinceMs', 'energyWh', 'powerW',
  'costMinor', 'currency', 'endReason',
];
const LISTS: readonly List[] = [
  {
    what: 'points', about: 'charge points with their state, since when and why', filters: ['siteId', 'text'],
    columns: ['pointId', 'siteId', 'place', 'status', 'sinceMs', 'why', 'waiting'],
  },
  { what: 'sites', about: 'sites', filters: [] },
  {
    what: 'sessions', about: 'sessions, newest first', columns: SESSION_COLUMNS, timed: true,
    filters: ['driverId', 'siteId', 'pointId', 'state', 'sessionId'],
  },
  {
    what: 'queue', about: 'who waits, in order', filters: ['siteId'],
    columns: ['siteId', 'place', 'driverId', 'sessionId', 'requestedAtMs', 'estimatedWaitMs'],
  },
  { what: 'drivers', about: 'drivers on line', filters: [] },
  {
    what: 'events', about: 'the event log, newest first', timed: true,
    filters: ['pointId', 'siteId', 'sessionId', 'driverId', 'kind'],
    columns: ['atMs', 'kind', 'siteId', 'pointId', 'sessionId', 'data'],
  },
  {
    what: 'dead-letters', about: 'what could not be opened, decoded or handled', filters: ['reason', 'claimedSender'],
    timed: true,
    columns: ['atMs', 'source', 'reason', 'detail', 'claimedSender'],
  },
  {
    what: 'audit', about: 'log-ins, refusals and orders, newest first', timed: true,
    filters: ['who', 'action', 'outcome', 'address'],
  },
  {
    what: 'tickets', about: 'tickets, newest first', timed: true,
    filters: ['driverId', 'sessionId', 'siteId', 'pointId', 'ticketId'],
    columns: ['ticketId', 'kind', 'sessionId', 'driverId', 'pointId', 'startedAtMs', 'endedAtMs', 'energyWh',
      'totalMinor', 'currency'],
  },
  {
    what: 'ledger', about: 'what was booked, with its accounts, newest first', timed: true,
    filters: ['userId', 'account', 'sessionId', 'ticketId', 'kind', 'by'],
    columns: ['movementId', 'atMs', 'kind', 'postings', 'sessionId', 'ticketId', 'reason', 'by'], forPeople: readable,
  },
  {
    what: 'payments', about: 'payments through gateways, newest first', timed: true, columns: PAYMENT_COLUMNS,
    filters: ['paymentId', 'userId', 'sessionId', 'state', 'gateway'],
  },
  {
    what: 'commands', about: 'commands with their outcome', timed: true,
    filters: ['pointId', 'sessionId', 'outcome', 'type'],
  },
  {
    what: 'reservations', about: 'reservations, newest first', timed: true,
    filters: ['userId', 'siteId', 'pointId', 'state', 'seriesId', 'fleetId', 'reservationId'],
    columns: ['reservationId', 'fleetId', 'userId', 'pointId', 'connectorNo', 'beginsAtMs', 'endsAtMs', 'state',
      'feeMinor', 'takenMinor', 'currency', 'why'],
  },
  { what: 'reservation-series', about: 'recurring reservations', filters: ['userId'] },
  {
    what: 'calendar', about: 'what is reserved at a site or a point', timed: true, filters: ['siteId', 'pointId'],
    columns: ['pointId', 'connectorNo', 'beginsAtMs', 'endsAtMs', 'state', 'reservationId', 'userId'],
  },
  {
    what: 'free-slots', about: 'free times of connectors that can be reserved', timed: true,
    filters: ['siteId', 'pointId', 'connectorType', 'minPowerW', 'lengthMs'],
  },
  { what: 'users', about: 'accounts', filters: ['role'] },
  {
    what: 'groups', about: 'groups that share a wallet; with --user those of one member', filters: ['userId', 'kind'],
    columns: ['groupId', 'kind', 'active', 'balanceMinor', 'heldMinor', 'currency', 'members'],
  },
  {
    what: 'mails', about: 'letters: waiting, sent and given up', filters: ['userId'],
    columns: ['mailId', 'userId', 'what', 'state', 'failures', 'madeAtMs', 'nextAtMs', 'error'],
  },
];

const many = (value: string, before: string[] = []): string[] => [...before, ...value.split(',')];

export function addCtlCommands(ctl: Command): void {
  for (const list of LISTS) addList(ctl, list);
  addToolOptions(ctl.command('status').description('how Central and its bus are'))
    .action(withCentral(async ({ desk, options }) => {
      const [row] = await readList(desk, 'status');
      if (row !== undefined) printRow(row, options);
    }));
  addToolOptions(ctl.command('point <id>').description('one charge point: what is known, and its last events')
    .option('--events <number>', 'how many events', '20'))
    .action(withCentral(async ({ desk, options }, [id = ''], own) => {
      const [point] = await readList(desk, 'points', { pointId: id });
      const events = await readList(desk, 'events', { pointId: id }, numberOf(own, 'events') ?? 20);
      if (options.json) return printJson({ ...point, events });
      if (point !== undefined) printRow(point, options);
      process.stdout.write('\n');
      printList(events, options, ['atMs', 'kind', 'sessionId', 'data']);
    }));
  addEstimateCommand(ctl);
  addScopeOrders(ctl);
  addAnnouncement(ctl);
  addPointOrders(ctl);
  addSessionOrders(ctl);
  addAccessOrders(ctl);
  addReservationOrders(ctl);
}

function addList(ctl: Command, list: List): void {
  const command = ctl.command(list.what).description(list.about);
  for (const flag of list.filters.map(flagOf)) command.option(`--${flag} <value>`, `with this ${flag}`);
  if (list.timed === true) addTimeOptions(command);
  if (list.what === 'sessions') command.option('--open', 'only those that are not over');
  addToolOptions(command.option('--limit <number>', 'at most so many rows', '200'))
    .action(withCentral(async ({ desk, options }, _args, own) => {
      const limit = numberOf(own, 'limit') ?? 200;
      if (!Number.isInteger(limit) || limit < 1) throw new UsageError('--limit is a number from 1');
      const rows = await readList(desk, list.what, filterOf(list, own), limit);
      const { forPeople } = list;
      printList(forPeople === undefined || options.json ? rows : rows.map(forPeople), options, list.columns);
    }, (_args, own) => filterOf(list, own)));
}

function filterOf(list: List, own: Own): Query['filter'] {
  const given = list.filters.flatMap((name) => {
    const value = textOf(own, camel(flagOf(name)));
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(given), ...timesOf(own), ...(own['open'] === true ? { open: 'yes' } : {}) };
}

/** `wallet:user:ana -4.20 EUR, revenue:ALC 4.20 EUR`. */
function readable(row: Row): Row {
  const { postings, currency } = row as unknown as { postings: StoredMovement['postings']; currency: Currency };
  const texts = postings.map(({ account, amountMinor }) => `${account} ${formatMoney(amountMinor, currency)}`);
  return { ...row, postings: texts.join(', ') };
}

/** stop, resume and maintenance: one, some, a site, or all. */
function addScopeOrders(ctl: Command): void {
  const orders = [
    { name: 'stop', operative: false, about: 'takes points out of order; running charges end' },
    { name: 'maintenance', operative: false, about: 'as stop, planned: no outage; with a note' },
    { name: 'resume', operative: true, about: 'takes points back into service' },
  ] as const;
  for (const { name, operative, about } of orders) {
    addToolOptions(ctl.command(name).description(about)
      .option('--point <id,…>', 'these points', many).option('--site <id>', 'all points of a site')
      .option('--all', 'all points').option('--note <text>', 'shown with the points'))
      .action(withOrder((_args, own) => {
        const note = noteOf(own);
        if (name === 'maintenance' && note === '') throw new UsageError('--note is missing: say what is done');
        const planned = name === 'maintenance';
        return checkedOrder({ kind: 'set-operative', scope: scopeOf(own), operative, note, planned });
      }));
  }
}

function addAnnouncement(ctl: Command): void {
  addToolOptions(ctl.command('announce <site>')
    .description('announces maintenance to the staff of a site and to those who charge, wait or have reserved there')
    .requiredOption('--from <time>', 'ISO 8601, such as 2026-12-01T08:00Z').requiredOption('--to <time>', 'its end')
    .option('--note <text>', 'stands in what people are sent', ''))
    .action(withOrder(([siteId = ''], own) => {
      const timeOf = (name: string): number => Date.parse(textOf(own, name) ?? '');
      return checkedOrder({
        kind: 'plan-maintenance', siteId, fromMs: timeOf('from'), toMs: timeOf('to'), note: noteOf(own),
      });
    }));
}

function scopeOf(own: Own): Extract<OrderInput, { kind: 'set-operative' }>['scope'] {
  const points = textsOf(own, 'point');
  const site = textOf(own, 'site');
  const given = [points, site, own['all']].filter((value) => value !== undefined);
  if (given.length !== 1) throw new UsageError('say which: --point, --site or --all');
  if (points !== undefined) return { kind: 'points', pointIds: points };
  return site === undefined ? { kind: 'all' } : { kind: 'site', siteId: site };
}

function addPointOrders(ctl: Command): void {
  orderCommand(ctl, 'power-limit <point> <kW>', 'limits the power of a point, or of one connector; "none" lifts it',
    ([point = '', kw = ''], own) => ({
      kind: 'set-power-limit', pointId: point, connectorNo: numberOf(own, 'connector') ?? null,
      limitW: kw === 'none' ? null : wattsOf(kw, 'power-limit'),
    })).option('--connector <number>');
  orderCommand(ctl, 'reset <point>', 'starts a point again', ([point = ''], own) => ({
    kind: 'reset-point', pointId: point, how: own['hard'] === true ? 'hard' : 'soft',
  })).option('--hard', 'at once; without it running charges end first');
  orderCommand(ctl, 'unlock <point> <connector>', 'unlocks a cable; a charge on it ends first',
    ([point = '', connector = '']) => ({
      kind: 'unlock-connector', pointId: point, connectorNo: Number(connector),
    }));
  orderCommand(ctl, 'revoke-key <point>', 'voids the key of a point: its charges end disputed',
    ([point = ''], own) => ({ kind: 'revoke-point-key', pointId: point, note: noteOf(own) })).option('--note <text>');
  orderCommand(ctl, 'revoke-point <point>', 'voids the secret of a point too', ([point = ''], own) => ({
    kind: 'revoke-point', pointId: point, note: noteOf(own),
  })).option('--note <text>');
  orderCommand(ctl, 'unbar <point>', 'lets a barred point authenticate again', ([point = ''], own) => ({
    kind: 'unbar-point', pointId: point, note: noteOf(own),
  })).option('--note <text>');
}

function addSessionOrders(ctl: Command): void {
  const orders = [
    { kind: 'end-session', about: 'ends a running charge' },
    { kind: 'close-session', about: 'makes an interrupted charge final at its last meter value' },
    { kind: 'leave-queue', about: 'takes a driver out of a waiting queue' },
  ] as const;
  for (const { kind, about } of orders) {
    orderCommand(ctl, `${kind} <session>`, about, ([session = ''], own) => ({
      kind, sessionId: session, note: noteOf(own),
    })).option('--note <text>');
  }
}

function addAccessOrders(ctl: Command): void {
  orderCommand(ctl, 'revoke-user-keys <user>', 'puts a driver out of all her log-ins', ([user = ''], own) => ({
    kind: 'revoke-user-keys', userId: user, note: noteOf(own),
  })).option('--note <text>');
  const whos = 'such as user:ana, pin:ana, pinat:ALC-01 or addr:10.0.0.7';
  orderCommand(ctl, 'release-lockout <who>', whos, ([who = '']) => ({ kind: 'release-lockout', who }));
}

function orderCommand(
  ctl: Command, name: string, about: string, orderOf: (args: readonly string[], own: Own) => OrderInput,
): Command {
  return addToolOptions(ctl.command(name).description(about))
    .action(withOrder((args, own) => checkedOrder(orderOf(args, own))));
}

function noteOf(own: Own): string {
  return textOf(own, 'note') ?? '';
}

/** `siteId → site`, `claimedSender → claimed-sender`. */
function flagOf(filter: string): string {
  return filter.replace(/Id$/, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function camel(flag: string): string {
  return flag.replace(/-([a-z])/g, (_all, letter: string) => letter.toUpperCase());
}
