// The operator's lists: what comes from the database page by page, and what Central knows by heart (queue, drivers).
import { textDialog } from '../../shared/screen/dialogs.ts';
import { age, shortTime } from '../../shared/screen/format.ts';
import type { KeyBinding, Page } from '../../shared/screen/host.ts';
import { createPagedList, rowDialog, type ListRow, type PagedList } from '../../shared/screen/paged-list.ts';
import { createTable, type Table } from '../../shared/screen/table.ts';
import { sessionIdSchema } from '../../shared/ids.ts';
import type { Order } from '../../shared/messages/orders.ts';
import { words } from '../../shared/words.ts';
import { LIST_COLUMNS, listKey, ticketLines } from './lists.ts';
import { CENTRAL_LABELS as L } from './labels.ts';
import { openReleaseLockout, openRevokeUser, openSessionOrder, type Desk } from './orders.ts';
import { REQUEST_COLUMNS, requestState } from './points-page.ts';
import type { CentralList, CentralView, DriverView, RequestView } from './view.ts';

/** A page over one list of the database. */
export function listPage(desk: Desk, what: CentralList, title: string): Page<CentralView> {
  const { host, actions } = desk;
  const list: PagedList = createPagedList(host, {
    columns: LIST_COLUMNS[what], keyOf: listKey, empty: L.noRows,
    fetch: (after, limit) => actions.query(what, {}, after, limit),
    onOpen: (row) => openRow(desk, what, row),
  });
  return {
    id: what,
    title,
    draw: (canvas, area) => list.draw(canvas, area),
    keys: () => [
      { key: '/', label: L.keys.filter, run: () => list.startFilter() },
      { key: 'f5', label: L.keys.reload, run: () => list.reload() },
      ...(what === 'sessions' ? sessionKeys(desk, list.selected()) : []),
      ...(what === 'audit' ? [releaseKey(desk)] : []),
    ],
    onKey: (event) => list.onKey(event),
    onShow: () => list.reload(),
  };
}

function openRow(desk: Desk, what: CentralList, row: ListRow): void {
  const lines = what === 'tickets' ? ticketLines(row) : null;
  desk.host.open(lines === null ? rowDialog(desk.host, row)
    : textDialog(desk.host, { title: L.keys.ticket, lines, width: 66 }));
}

/** End a running session, or close one that broke off and whose true end does not come. */
function sessionKeys(desk: Desk, row: ListRow | undefined): readonly KeyBinding[] {
  const id = sessionIdSchema.safeParse(row?.['sessionId']);
  const key = (name: string, label: string, kind: 'end-session' | 'close-session'): KeyBinding => ({
    key: name, label,
    whyNot: id.success ? desk.actions.whyNot({ kind, sessionId: id.data, note: '' }) : L.nothingSelected,
    run: () => {
      if (id.success) openSessionOrder(desk, kind, id.data);
    },
  });
  return [key('e', L.keys.end, 'end-session'), key('x', L.keys.close, 'close-session')];
}

function releaseKey(desk: Desk): KeyBinding {
  return { key: 'x', label: L.keys.release, run: () => openReleaseLockout(desk) };
}

/** Who waits where, in the order of the places; then all other on-going requests. */
export function queuePage(desk: Desk): Page<CentralView> {
  const { actions } = desk;
  const table: Table<RequestView> = createTable<RequestView>({
    keyOf: (r) => r.sessionId, empty: L.noQueue,
    columns: [
      { title: L.column.site, width: 8, text: (r) => r.siteId },
      { title: L.column.place, width: 5, right: true, text: (r) => (r.place === null ? '' : String(r.place)) },
      ...REQUEST_COLUMNS.slice(1, 3),
      { title: L.column.wait, width: 8, right: true,
        text: (r) => (r.estimatedWaitMs === null ? '' : age(r.estimatedWaitMs)) },
      { title: L.column.priority, width: 9, text: (r) => words().priorityClass[r.priorityClass] },
      { title: L.column.point, width: 10, text: (r) => r.pointId ?? '' },
      { title: L.column.state, width: 12, grows: true, text: (r) => requestState({ ...r, place: null }) },
    ],
  });
  return {
    id: 'queue',
    title: L.queue,
    draw: (canvas, area, view) => table.draw(canvas, area, waitingFirst(view)),
    keys: () => {
      const row = table.selected();
      const order: Order | null = row === undefined ? null
        : { kind: 'leave-queue', sessionId: row.sessionId, note: '' };
      return [
        { key: '/', label: L.keys.filter, run: () => (table.filter.editing = true) },
        { key: 'x', label: L.keys.leave, whyNot: order === null ? L.nothingSelected : actions.whyNot(order),
          run: () => {
            if (row !== undefined) openSessionOrder(desk, 'leave-queue', row.sessionId);
          } },
      ];
    },
    onKey: (event) => table.onKey(event),
  };
}

/** Those that wait by site and place, then those that are offered a point, then the others. */
function waitingFirst(view: CentralView): RequestView[] {
  const rank = (r: RequestView): number => (r.place !== null ? 0 : r.plugByMs !== null ? 1 : 2);
  return [...view.requests].sort((a, b) => rank(a) - rank(b)
    || (a.siteId === b.siteId ? (a.place ?? 0) - (b.place ?? 0) : a.siteId < b.siteId ? -1 : 1));
}

export function driversPage(desk: Desk): Page<CentralView> {
  const { host, actions } = desk;
  const table: Table<DriverView> = createTable<DriverView>({
    keyOf: (d) => `${d.driverId} ${d.address}`, empty: L.noDrivers,
    columns: [
      { title: L.column.driver, width: 16, grows: true, text: (d) => d.driverId },
      { title: L.column.address, width: 22, text: (d) => d.address },
      { title: L.column.since, width: 19, text: (d) => shortTime(d.sinceMs, host.view().nowMs) },
      { title: L.column.sessions, width: 8, right: true, text: (d) => String(d.sessions) },
    ],
  });
  return {
    id: 'drivers',
    title: L.drivers,
    draw: (canvas, area, view) => table.draw(canvas, area, view.drivers),
    keys: () => {
      const row = table.selected();
      return [
        { key: '/', label: L.keys.filter, run: () => (table.filter.editing = true) },
        { key: 'k', label: L.keys.revokeUser,
          whyNot: row === undefined ? L.nothingSelected
            : actions.whyNot({ kind: 'revoke-user-keys', userId: row.driverId, note: '' }),
          run: () => {
            if (row !== undefined) openRevokeUser(desk, row.driverId);
          } },
        releaseKey(desk),
      ];
    },
    onKey: (event) => table.onKey(event),
  };
}
