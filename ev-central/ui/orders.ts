// The orders that an operator can give from the screen: forms with what will happen, and why an order can't be given.
// Whether it can is not known here: the core's table says so through `whyNot`.
import type { PointId, SessionId, UserId } from '../../shared/ids.ts';
import type { Order, Scope } from '../../shared/messages/orders.ts';
import { confirmDialog, menuDialog } from '../../shared/screen/dialogs.ts';
import { formDialog, type FormField } from '../../shared/screen/form.ts';
import type { Host, KeyBinding } from '../../shared/screen/host.ts';
import { CENTRAL_LABELS as L } from './labels.ts';
import type { CentralActions, CentralView, PointView, TileSession } from './view.ts';

export type Desk = { readonly host: Host<CentralView>; readonly actions: CentralActions };

/** What stop and resume can act on: the selected point, those that are marked, its site, all. */
export type Target = { readonly point: PointView | undefined; readonly marked: readonly PointId[] };

/** Gives an order; its outcome comes to the message line. */
function give(desk: Desk, order: Order): void {
  desk.host.run(() => desk.actions.order(order));
}

/** The key bindings of the orders for points, for key bars. */
export function pointOrderKeys(desk: Desk, target: Target): readonly KeyBinding[] {
  const { point } = target;
  return [
    { key: 's', label: L.keys.stop, run: () => openOperative(desk, target, false) },
    { key: 'r', label: L.keys.resume, run: () => openOperative(desk, target, true) },
    { key: 'm', label: L.keys.maintenance, whyNot: needsPoint(point), run: () => openMaintenance(desk, target) },
    { key: 'e', label: L.keys.end, whyNot: whyNotEnd(desk, point), run: () => openEnd(desk, point) },
    { key: 'o', label: L.keys.orders, whyNot: needsPoint(point), run: () => openMenu(desk, target) },
  ];
}

function needsPoint(point: PointView | undefined): string | null {
  return point === undefined ? L.nothingSelected : null;
}

/** Stop or resume: which points, with what note. The form says what happens, so it is the confirmation as well. */
function openOperative(desk: Desk, target: Target, operative: boolean): void {
  const { host } = desk;
  const scopes = scopesOf(desk, target, operative);
  const chosen = (value: string | undefined): Choice | undefined => scopes.find((s) => s.value === value);
  host.open(formDialog(host, {
    title: operative ? L.order.resume : L.order.stop,
    intro: (values) => (operative ? [] : [L.question.runningEnd(chosen(values['scope'])?.charges ?? 0)]),
    fields: [{ kind: 'choice', name: 'scope', label: L.form.scope, options: scopes }, NOTE_FIELD],
    submit: L.form.give,
    onSubmit(values) {
      const choice = chosen(values['scope']);
      if (choice === undefined) return L.nothingSelected;
      const order: Order = {
        kind: 'set-operative', scope: choice.scope, operative, note: noteOf(values), planned: false,
      };
      if (choice.scope.kind !== 'all') give(desk, order);
      else {
        const run = (): void => give(desk, order);
        host.open(confirmDialog(host, { title: choice.label, lines: [L.question.all], run }));
      }
      return null;
    },
  }));
}

const NOTE_FIELD: FormField = {
  kind: 'text', name: 'note', label: L.form.note, hint: L.form.noteHint, maxLength: 500,
};

function noteOf(values: Readonly<Record<string, string>>): string {
  return (values['note'] ?? '').trim();
}

type Choice = {
  readonly value: string; readonly label: string; readonly scope: Scope; readonly charges: number;
  readonly whyNot: string | null;
};

function scopesOf(desk: Desk, target: Target, operative: boolean): Choice[] {
  const { points } = desk.host.view();
  const { point, marked } = target;
  const choice = (value: string, name: string, scope: Scope, members: readonly PointView[]): Choice => ({
    value, scope, charges: members.reduce((sum, p) => sum + sessionsOf(p).length, 0),
    label: members.length === 1 ? name : `${name} (${members.length})`,
    whyNot: desk.actions.whyNot({ kind: 'set-operative', scope, operative, note: '' }),
  });
  const choices: Choice[] = [];
  if (marked.length > 0) {
    const members = points.filter((p) => marked.includes(p.pointId));
    choices.push(choice('marked', L.form.marked, { kind: 'points', pointIds: [...marked] }, members));
  }
  if (point !== undefined) {
    const { pointId, siteId } = point;
    choices.push(choice('point', `${L.form.point} ${pointId}`, { kind: 'points', pointIds: [pointId] }, [point]));
    const members = points.filter((p) => p.siteId === siteId);
    choices.push(choice('site', `${L.form.site} ${siteId}`, { kind: 'site', siteId }, members));
  }
  choices.push(choice('all', L.form.all, { kind: 'all' }, points));
  return choices;
}

/** Out of order for maintenance: like stop, but a note is needed. */
function openMaintenance(desk: Desk, target: Target): void {
  const { host } = desk;
  const scopes = scopesOf(desk, target, false).filter((s) => s.value !== 'all');
  host.open(formDialog(host, {
    title: L.order.maintenance,
    intro: (values) =>
      [L.question.runningEnd(scopes.find((s) => s.value === values['scope'])?.charges ?? 0)],
    fields: [{ kind: 'choice', name: 'scope', label: L.form.scope, options: scopes }, NOTE_FIELD],
    submit: L.form.give,
    onSubmit(values) {
      const choice = scopes.find((s) => s.value === values['scope']);
      const note = noteOf(values);
      if (choice === undefined) return L.nothingSelected;
      if (note === '') return L.form.noteNeeded;
      give(desk, { kind: 'set-operative', scope: choice.scope, operative: false, note, planned: true });
      return null;
    },
  }));
}

export function sessionsOf(point: PointView): readonly TileSession[] {
  return point.connectors.flatMap((c) => (c.session === null ? [] : [c.session]));
}

function whyNotEnd(desk: Desk, point: PointView | undefined): string | null {
  if (point === undefined) return L.nothingSelected;
  const [first] = sessionsOf(point);
  return first === undefined ? L.noSession
    : desk.actions.whyNot({ kind: 'end-session', sessionId: first.sessionId, note: '' });
}

function openEnd(desk: Desk, point: PointView | undefined): void {
  if (point === undefined) return;
  const sessions = sessionsOf(point);
  const [only] = sessions;
  if (sessions.length === 1 && only !== undefined) return openSessionOrder(desk, 'end-session', only.sessionId);
  desk.host.open(menuDialog(desk.host, {
    title: L.chooseSession,
    items: sessions.map((s, i) => ({
      key: String(i + 1), label: `${s.sessionId} ${s.driverId}`,
      run: () => openSessionOrder(desk, 'end-session', s.sessionId),
    })),
  }));
}

const SESSION_ORDERS = {
  'end-session': { title: L.order.end, line: L.question.end },
  'close-session': { title: L.order.close, line: L.question.close },
  'leave-queue': { title: L.order.leave, line: L.question.leave },
} as const;

/** An order about one session, with a note. */
export function openSessionOrder(desk: Desk, kind: keyof typeof SESSION_ORDERS, sessionId: SessionId): void {
  const { title, line } = SESSION_ORDERS[kind];
  openNoted(desk, `${title} ${sessionId}`, line, (note) => ({ kind, sessionId, note }));
}

export function openRevokeUser(desk: Desk, userId: UserId): void {
  const title = `${L.order.revokeUser}: ${userId}`;
  openNoted(desk, title, L.question.revokeUser, (note) => ({ kind: 'revoke-user-keys', userId, note }));
}

export function openReleaseLockout(desk: Desk): void {
  const { host } = desk;
  host.open(formDialog(host, {
    title: L.order.release,
    fields: [{ kind: 'text', name: 'who', label: L.form.who, maxLength: 100 }],
    submit: L.form.give,
    onSubmit(values) {
      const who = (values['who'] ?? '').trim();
      if (who === '') return L.form.whoNeeded;
      give(desk, { kind: 'release-lockout', who });
      return null;
    },
  }));
}

/** A question with room for a note. */
function openNoted(desk: Desk, title: string, line: string, make: (note: string) => Order): void {
  desk.host.open(formDialog(desk.host, {
    title, intro: () => [line], fields: [NOTE_FIELD], submit: L.form.give,
    onSubmit(values) {
      give(desk, make(noteOf(values)));
      return null;
    },
  }));
}

/** Every order for one point; what its state does not allow is dim and says why. */
function openMenu(desk: Desk, target: Target): void {
  const { point } = target;
  if (point === undefined) return;
  const { pointId } = point;
  const item = (key: string, label: string, order: Order, run: () => void): KeyBinding =>
    ({ key, label, whyNot: desk.actions.whyNot(order), run });
  const noted = (title: string, line: string, make: (note: string) => Order): void =>
    openNoted(desk, `${title} ${pointId}`, line, make);
  const operative = (on: boolean): Order =>
    ({ kind: 'set-operative', scope: { kind: 'points', pointIds: [pointId] }, operative: on, note: '' });
  const connectorNo = point.connectors[0]?.connectorNo ?? 1;
  desk.host.open(menuDialog(desk.host, {
    title: `${L.keys.orders} ${pointId}`,
    items: [
      item('s', L.order.stop, operative(false), () => openOperative(desk, target, false)),
      item('r', L.order.resume, operative(true), () => openOperative(desk, target, true)),
      item('m', L.order.maintenance, operative(false), () => openMaintenance(desk, target)),
      { key: 'e', label: L.order.end, whyNot: whyNotEnd(desk, point), run: () => openEnd(desk, point) },
      item('l', L.order.limit, { kind: 'set-power-limit', pointId, connectorNo: null, limitW: 1_000 },
        () => openLimit(desk, point)),
      item('u', L.order.unlock, { kind: 'unlock-connector', pointId, connectorNo }, () => openUnlock(desk, point)),
      item('t', L.order.softReset, { kind: 'reset-point', pointId, how: 'soft' }, () => openReset(desk, point, 'soft')),
      item('h', L.order.hardReset, { kind: 'reset-point', pointId, how: 'hard' }, () => openReset(desk, point, 'hard')),
      item('k', L.order.revokeKey, { kind: 'revoke-point-key', pointId, note: '' }, () =>
        noted(L.order.revokeKey, L.question.revokeKey, (note) => ({ kind: 'revoke-point-key', pointId, note }))),
      item('p', L.order.revokePoint, { kind: 'revoke-point', pointId, note: '' }, () =>
        noted(L.order.revokePoint, L.question.revokePoint, (note) => ({ kind: 'revoke-point', pointId, note }))),
      item('b', L.order.unbar, { kind: 'unbar-point', pointId, note: '' }, () =>
        noted(L.order.unbar, L.question.unbar, (note) => ({ kind: 'unbar-point', pointId, note }))),
    ],
  }));
}

function connectorField(point: PointView, withWhole: boolean): FormField {
  const options = point.connectors.map((c) => ({
    value: String(c.connectorNo), label: `${c.connectorNo} (${c.type}, ${c.maxPowerW / 1000} kW)`,
  }));
  return {
    kind: 'choice', name: 'connector', label: L.form.connector,
    options: withWhole ? [{ value: '', label: L.form.whole }, ...options] : options,
  };
}

function openLimit(desk: Desk, point: PointView): void {
  desk.host.open(formDialog(desk.host, {
    title: `${L.order.limit} ${point.pointId}`,
    fields: [connectorField(point, true), { kind: 'text', name: 'kw', label: L.form.limitKw, maxLength: 7 }],
    submit: L.form.give,
    onSubmit(values) {
      const kw = (values['kw'] ?? '').trim().replace(',', '.');
      if (kw !== '' && (!/^\d{1,4}(\.\d{1,3})?$/.test(kw) || Number(kw) === 0)) return L.form.limitWrong;
      const connector = values['connector'] ?? '';
      give(desk, {
        kind: 'set-power-limit', pointId: point.pointId, connectorNo: connector === '' ? null : Number(connector),
        limitW: kw === '' ? null : Math.round(Number(kw) * 1000),
      });
      return null;
    },
  }));
}

function openUnlock(desk: Desk, point: PointView): void {
  desk.host.open(formDialog(desk.host, {
    title: `${L.order.unlock} ${point.pointId}`,
    fields: [connectorField(point, false)], submit: L.form.give,
    onSubmit(values) {
      give(desk, { kind: 'unlock-connector', pointId: point.pointId, connectorNo: Number(values['connector']) });
      return null;
    },
  }));
}

function openReset(desk: Desk, point: PointView, how: 'soft' | 'hard'): void {
  const { pointId } = point;
  desk.host.open(confirmDialog(desk.host, {
    title: `${how === 'soft' ? L.order.softReset : L.order.hardReset} ${pointId}`,
    lines: [L.question.runningEnd(sessionsOf(point).length)],
    run: () => give(desk, { kind: 'reset-point', pointId, how }),
  }));
}
