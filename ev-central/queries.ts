// The lists that drivers and operators ask for: what only memory knows comes from the core's views, the rest from the
// store. A driver sees points, sites and what is hers; a running charge shows its live figures in every list.
import type { Query } from '../shared/messages/query.ts';
import type { PointOffer } from '../shared/messages/rows.ts';
import { debtRow, debtsOf } from './core/debts.ts';
import type { FigureAnswer, FigureAsk } from './core/figures/ask.ts';
import { contactRows, ownPreferences } from './core/contacts.ts';
import { mailRow } from './core/mails.ts';
import { may, permissionOfQuery } from './core/permissions.ts';
import { estimateFor } from './core/price-estimate.ts';
import { seriesRow } from './core/price-series.ts';
import { calendarOf, freeSlots } from './core/reservation-views.ts';
import { secondFactorRow } from './core/second-factor.ts';
import { isOver } from './core/session-index.ts';
import type { State } from './core/state.ts';
import {
  choosePoints, driverRow, type OfferFilter, pointDetail, pointOffer, sessionRow, tariffRow, waitingSessions,
} from './core/views.ts';
import { pointId, sessionId, siteId } from '../shared/ids.ts';
import { figuresPage } from './figure-pages.ts';
import type { UptimeOptions } from './uptime-page.ts';
import type { Asker, Page, PageQuery, ReadPage } from './links/drivers.ts';

type Filter = PageQuery['filter'];
type What = Query['what'];
type StoredWhat = Extract<What, 'my-sessions' | 'my-notices' | 'my-tickets' | 'sessions' | 'events' | 'dead-letters'
  | 'audit' | 'users' | 'tickets' | 'commands' | 'ledger' | 'groups' | 'invoices' | 'my-invoices' | 'invoice-tickets'
  | 'my-invoice-tickets' | 'billing-details' | 'payments' | 'my-payments' | 'claims' | 'my-claims'
  | 'reservations' | 'my-reservations'>;
type Row = Readonly<Record<string, unknown>>;

export type QueryOptions = {
  readonly state: State;
  readonly stored: (what: StoredWhat, filter: Filter, after: string | null, limit: number) => Page;
  readonly figures: (ask: FigureAsk) => FigureAnswer;
  readonly watched: UptimeOptions['watched'];
  readonly status: () => Row;
  readonly nowMs: () => number;
};

const POINT_FILTERS = ['siteId', 'pointId', 'text', 'latitude', 'longitude', 'radiusM', 'connectorType', 'minPowerW'];
const DEFAULT_RADIUS_M = 10_000;

export function createReader(options: QueryOptions): ReadPage {
  return (asker, query) => {
    try {
      return readPage(asker, query, options);
    } catch (error) {
      return failed(error instanceof Error ? error.message : 'the list cannot be read');
    }
  };
}

function readPage(asker: Asker, query: PageQuery, options: QueryOptions): Page {
  const { state } = options;
  const { what, filter, after, limit } = query;
  const nowMs = options.nowMs();
  if (!may(asker.role, permissionOfQuery(what))) {
    const readers = may('operator', permissionOfQuery(what)) ? 'operators' : 'administrators';
    return failed(`the list ${what} is for ${readers}`);
  }
  switch (what) {
    case 'points': return pointsPage(state, query, asker, nowMs);
    case 'sites': return slice([...state.sites.values()], after, limit, asItIs);
    case 'tariffs': return slice([...state.tariffs.values()].filter(({ active }) => active), after, limit,
      ({ tariffId }) => tariffRow(state, tariffId, nowMs));
    case 'estimate': {
      const answer = estimateFor(
        state, query.filter, asker.userId, nowMs, may(asker.role, 'reservations.read'));
      return typeof answer === 'string' ? failed(answer) : { rows: [answer], next: null, error: null };
    }
    case 'plans': return slice([...state.plans.values()], after, limit, asItIs);
    case 'subscriptions': case 'my-subscriptions': {
      const own = what === 'my-subscriptions';
      const rows = [...state.subscriptions.values()].filter(({ userId }) => !own || userId === asker.userId);
      return slice(rows, after, limit, asItIs);
    }
    case 'debts': case 'my-debts': return debtsPage(state, query, asker, nowMs);
    case 'reservation-series': case 'my-reservation-series': {
      const own = what === 'my-reservation-series';
      const rows = about([...state.reservationSeries.values()], filter);
      return slice(rows.filter(({ userId }) => !own || userId === asker.userId), after, limit, asItIs);
    }
    case 'free-slots': case 'calendar': {
      const viewer = { userId: asker.userId, seesAll: may(asker.role, 'reservations.read') };
      const rows = what === 'calendar' ? calendarOf(state, filter, viewer, nowMs) : freeSlots(state, filter, nowMs);
      return typeof rows === 'string' ? failed(rows) : slice(rows, after, limit, asItIs);
    }
    case 'exchange-rates': return ratesPage(state, query);
    case 'price-series': return seriesPage(state, query);
    case 'group-tariffs': return groupTariffsPage(state, query);
    case 'second-factors': return slice([...state.secondFactors.values()], after, limit, secondFactorRow);
    case 'claim-terms': return slice([...state.claimTerms.values()], after, limit, asItIs);
    case 'drivers': return slice([...state.driverLinks.values()], after, limit, driverRow);
    case 'queue': {
      const site = filter['siteId'];
      const waiting = waitingSessions(state, nowMs, site === undefined ? undefined : siteId(String(site)));
      return slice(waiting, after, limit, (session) => sessionRow(state, session, nowMs));
    }
    case 'figures': case 'my-figures': return figuresPage(asker, query, options);
    case 'status': return { rows: [options.status()], next: null, error: null };
    case 'people': return slice(about([...state.persons.values()], filter), after, limit, asItIs);
    case 'vehicles': return slice(about([...state.vehicles.values()], filter), after, limit, asItIs);
    case 'tokens': return slice(about([...state.tokens.values()], filter), after, limit, asItIs);
    case 'mails': return slice(about([...state.mails.values()].reverse(), filter), after, limit, mailRow);
    case 'notification-contacts': {
      const rows = contactRows(state, filter);
      return typeof rows === 'string' ? failed(rows) : slice(rows, after, limit, asItIs);
    }
    case 'my-notification-preferences': {
      if (asker.userId === null) return failed('this list is for people with an account');
      return { rows: [ownPreferences(state, asker.userId)], next: null, error: null };
    }
    case 'my-sessions': case 'my-notices': case 'my-tickets': case 'my-invoices': case 'my-invoice-tickets':
    case 'my-payments': case 'my-claims': case 'my-reservations': {
      if (asker.userId === null) return failed('this list is for people with an account');
      return withLive(options, options.stored(what, { ...filter, driverId: asker.userId }, after, limit), nowMs);
    }
    default: return withLive(options, options.stored(what, filter, after, limit), nowMs);
  }
}

/** The offers that a question for points is answered with, and that are watched for changes. */
export function offersOf(state: State, filter: Filter, nowMs: number): PointOffer[] {
  const wanted = offerFilter(filter);
  return choosePoints(state, wanted).map((id) => pointOffer(state, state.points.must(id), nowMs, wanted.near));
}

function pointsPage(state: State, { filter, after, limit }: PageQuery, asker: Asker, nowMs: number): Page {
  const unknown = Object.keys(filter).find((name) => !POINT_FILTERS.includes(name));
  if (unknown !== undefined) return failed(`unknown filter "${unknown}": points know ${POINT_FILTERS.join(', ')}`);
  const one = filter['pointId'];
  if (one === undefined) {
    const wanted = offerFilter(filter);
    return slice(choosePoints(state, wanted), after, limit,
      (id) => pointOffer(state, state.points.must(id), nowMs, wanted.near));
  }
  const point = state.points.get(pointId(String(one)));
  if (point === undefined) return failed(`no such point: ${String(one)}`);
  // A driver sees nothing of the charges there, and so nothing is reckoned of them.
  if (!may(asker.role, 'points.inspect')) {
    return { rows: [pointOffer(state, point, nowMs)], next: null, error: null };
  }
  const { offer, state: known, keyExpiresAtMs, sessions } = pointDetail(state, point, nowMs);
  const monitorAddress = state.monitorLinks.get(point.pointId)?.address ?? null;
  const { connectors: reported, ...rest } = known;
  return { rows: [{ ...rest, ...offer, reported, monitorAddress, keyExpiresAtMs, sessions }], next: null, error: null };
}

function groupTariffsPage(state: State, { filter, after, limit }: PageQuery): Page {
  const unknown = Object.keys(filter).find((name) => name !== 'groupId');
  if (unknown !== undefined) return failed(`unknown filter "${unknown}": this list knows groupId`);
  const wanted = filter['groupId'];
  const rows = state.groupTariffs.sortedKeys().map((key) => state.groupTariffs.must(key))
    .filter((row) => wanted === undefined || row.groupId === wanted);
  return slice(rows, after, limit, asItIs);
}

/** The oldest first. Why a reminder was put off is the operators' affair. */
function debtsPage(state: State, { what, filter, after, limit }: PageQuery, asker: Asker, nowMs: number): Page {
  const known = ['account', 'state', 'currency'];
  const unknown = Object.keys(filter).find((name) => !known.includes(name));
  if (unknown !== undefined) return failed(`unknown filter "${unknown}": this list knows ${known.join(', ')}`);
  if (what === 'my-debts' && asker.userId === null) return failed('this list is for people with an account');
  const debts = asker.userId !== null && what === 'my-debts' ? debtsOf(state, asker.userId) : [...state.debts.values()];
  const rows = debts.map((debt): Row => ({ ...debtRow(state, debt, nowMs), ...(what === 'debts' ? {} : { note: '' }) }))
    .filter((row) => Object.entries(filter).every(([name, value]) => row[name] === value))
    .sort((a, b) => Number(a['sinceMs']) - Number(b['sinceMs']));
  return slice(rows, after, limit, asItIs);
}

function seriesPage(state: State, { filter, after, limit }: PageQuery): Page {
  const unknown = Object.keys(filter).find((name) => name !== 'seriesId');
  if (unknown !== undefined) return failed(`unknown filter "${unknown}": this list knows seriesId`);
  const wanted = filter['seriesId'];
  const rows = [...state.priceSeries.values()]
    .filter(({ active, seriesId }) => active && (wanted === undefined || seriesId === wanted));
  return slice(rows, after, limit, ({ seriesId }) => seriesRow(state, seriesId));
}

function ratesPage(state: State, { filter, after, limit }: PageQuery): Page {
  const unknown = Object.keys(filter).find((name) => name !== 'base' && name !== 'quote' && name !== 'date');
  if (unknown !== undefined) return failed(`unknown filter "${unknown}": this list knows base, quote, date`);
  const isWanted = (row: Row): boolean => Object.entries(filter).every(([name, value]) => row[name] === value);
  const rows = state.exchangeRates.sortedKeys().map((key) => state.exchangeRates.must(key)).filter(isWanted);
  return slice(rows.reverse(), after, limit, asItIs);
}

function offerFilter(filter: Filter): OfferFilter {
  const text = (name: string): string | undefined => (filter[name] === undefined ? undefined : String(filter[name]));
  const latitude = Number(filter['latitude']);
  const longitude = Number(filter['longitude']);
  const near = Number.isFinite(latitude) && Number.isFinite(longitude)
    ? { latitude, longitude, radiusM: Number(filter['radiusM'] ?? DEFAULT_RADIUS_M) } : undefined;
  const [site, words, connectorType] = [text('siteId'), text('text'), text('connectorType')];
  return {
    ...(site === undefined ? {} : { siteId: siteId(site) }),
    ...(words === undefined ? {} : { text: words }),
    ...(connectorType === undefined ? {} : { connectorType }),
    ...(filter['minPowerW'] === undefined ? {} : { minPowerW: Number(filter['minPowerW']) }),
    ...(near === undefined ? {} : { near }),
  };
}

/** Rows of sessions that run are replaced by what memory knows of them. */
function withLive({ state }: QueryOptions, page: Page, nowMs: number): Page {
  const rows = page.rows.map((row) => {
    const id = row['sessionId'];
    if (typeof id !== 'string' || row['requestedAtMs'] === undefined) return row;
    const session = state.sessions.get(sessionId(id));
    return session === undefined || isOver(session) ? row : sessionRow(state, session, nowMs);
  });
  return { ...page, rows };
}

/** The rows of the user that is asked for; of all without one. */
function about<T extends { readonly userId: string | null }>(rows: readonly T[], filter: Filter): T[] {
  const wanted = filter['userId'];
  return wanted === undefined ? [...rows] : rows.filter(({ userId }) => userId === String(wanted));
}

/** A page of a list in memory; the cursor is the place in it. Only what is on the page is made into rows. */
function slice<T>(list: readonly T[], after: string | null, limit: number, toRow: (each: T) => Row): Page {
  const from = after === null ? 0 : Number(after);
  if (!Number.isSafeInteger(from) || from < 0) return failed(`"${after ?? ''}" is no cursor of this list`);
  const end = from + limit;
  return { rows: list.slice(from, end).map(toRow), next: end < list.length ? String(end) : null, error: null };
}

/** For rows that are shown as they are kept. */
function asItIs(row: Row): Row {
  return row;
}

function failed(error: string): Page {
  return { rows: [], next: null, error };
}
