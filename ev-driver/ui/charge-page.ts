// A driver's charge, live: what to do now (plug in, wait), the gauge, every step as it was told, the ticket.
import { formatMoney, type Currency } from '../../shared/money.ts';
import { fill, fit, put, putSpans, type Area, type Canvas } from '../../shared/screen/canvas.ts';
import { confirmDialog, textDialog } from '../../shared/screen/dialogs.ts';
import { age, clockTime, energy, power, shortTime } from '../../shared/screen/format.ts';
import { batteryStyle, drawBar } from '../../shared/screen/gauge.ts';
import type { Host, KeyBinding, Page } from '../../shared/screen/host.ts';
import { LABELS } from '../../shared/screen/labels.ts';
import { drawMessages } from '../../shared/screen/panels.ts';
import { ALARM, BAD, BOLD, DIM, GOOD, STATUS_LOOK, WARN, type Style } from '../../shared/screen/style.ts';
import { formatClock } from '../../shared/words/quantities.ts';
import { ticketText, words } from '../../shared/words.ts';
import { DRIVER_LABELS as L } from './labels.ts';
import type { ChargeView, DriverActions, DriverScreenView } from './view.ts';

/** Figures older than this are not live any more, and are shown so. */
const STALE_MS = 3_000;
const LABEL_WIDTH = 12;

export function chargePage(host: Host<DriverScreenView>, actions: DriverActions): Page<DriverScreenView> {
  const chosen = { requestId: null as string | null };
  const current = (view: DriverScreenView): ChargeView | undefined =>
    view.charges.find((c) => c.requestId === chosen.requestId) ?? view.charges[0];
  const next = (): void => {
    const { charges } = host.view();
    const index = charges.findIndex((c) => c.requestId === current(host.view())?.requestId);
    chosen.requestId = charges[(index + 1) % Math.max(1, charges.length)]?.requestId ?? null;
  };
  return {
    id: 'charges',
    title: L.charges,
    draw(canvas, area, view) {
      const charge = current(view);
      if (charge === undefined) {
        put(canvas, area.x + 1, area.y + 1, L.noCharge, DIM);
        return;
      }
      const y = drawCharge(canvas, area, charge, view);
      drawMessages(canvas, { ...area, y, height: area.y + area.height - y }, charge.steps, L.steps);
    },
    keys: (view) => [
      ...chargeKeys(host, actions, current(view)),
      ...(view.charges.length > 1 ? [{ key: 'tab', label: L.keys.nextCharge, run: next }] : []),
    ],
    onKey: () => false,
  };
}

/** Stop, cancel or leave, ticket: with the reason where they can't be used. */
export function chargeKeys(
  host: Host<DriverScreenView>, actions: DriverActions, charge: ChargeView | undefined,
): readonly KeyBinding[] {
  const none = L.noneRunning;
  const ask = (title: string, line: string, run: () => void): void =>
    host.open(confirmDialog(host, { title, lines: [line], run }));
  const queued = charge?.state === 'queued';
  return [
    { key: 's', label: L.keys.stop, whyNot: charge === undefined ? none : actions.whyNotStop(charge.requestId),
      run: () => {
        if (charge === undefined) return;
        ask(L.keys.stop, L.question.stop, () => host.run(() => actions.stop(charge.requestId)));
      } },
    { key: 'x', label: queued ? L.keys.leave : L.keys.cancel,
      whyNot: charge === undefined ? none : actions.whyNotCancel(charge.requestId),
      run: () => {
        if (charge === undefined) return;
        ask(queued ? L.keys.leave : L.keys.cancel, queued ? L.question.leave : L.question.cancel,
          () => host.run(() => actions.cancel(charge.requestId)));
      } },
    { key: 't', label: L.keys.ticket, whyNot: (charge?.ticket ?? null) === null ? L.noTicket : null,
      run: () => openTicket(host, charge?.ticket ?? null) },
  ];
}

/** The ticket as a receipt. */
export function openTicket(host: Host<DriverScreenView>, ticket: ChargeView['ticket']): void {
  if (ticket === null) return;
  const lines = ticketText(ticket, Intl.DateTimeFormat().resolvedOptions().timeZone);
  host.open(textDialog(host, { title: L.keys.ticket, lines, width: 66 }));
}

/** The state in words, also of those that only a client knows. */
export function chargeState(charge: ChargeView): string {
  if (charge.state === 'sending' || charge.state === 'offered') return L.state[charge.state];
  return words().sessionState[charge.state];
}

function drawCharge(canvas: Canvas, area: Area, charge: ChargeView, view: DriverScreenView): number {
  const { nowMs } = view;
  let y = drawBanner(canvas, area, charge, nowMs);
  const others = view.charges.length > 1
    ? `  (${view.charges.indexOf(charge) + 1} ${LABELS.of} ${view.charges.length})` : '';
  const where = charge.pointId === null ? charge.askedFor
    : `${charge.pointId}${charge.connectorNo === null ? '' : ` / ${charge.connectorNo}`}`;
  putSpans(canvas, area.x + 1, y, [
    { text: where, style: BOLD }, { text: `  ${chargeState(charge)}`, style: stateStyle(charge) },
    { text: ` ${LABELS.since} ${shortTime(charge.sinceMs, nowMs)} (${age(nowMs - charge.sinceMs)})`, style: DIM },
    { text: others, style: DIM },
    { text: charge.provisional ? `  ${L.provisional}` : '', style: WARN },
  ], area.width - 2);
  y += 1;
  if (charge.why !== '') put(canvas, area.x + 1, y++, charge.why, stateStyle(charge), area.width - 2);
  if (charge.live === null) return y;
  return drawGauge(canvas, { ...area, y: y + (area.height > 20 ? 1 : 0) }, { charge, live: charge.live, nowMs });
}

/** What the driver has to do or to wait for, in a band that cannot be missed; nothing for other states. */
function drawBanner(canvas: Canvas, area: Area, charge: ChargeView, nowMs: number): number {
  const banner = bannerOf(charge, nowMs);
  if (banner === null) return area.y;
  const rows = area.height >= 18 ? 3 : 1;
  fill(canvas, { ...area, height: rows }, banner.look);
  put(canvas, area.x + 2, area.y + Math.floor(rows / 2), banner.text, banner.look, area.width - 4);
  return area.y + rows;
}

function bannerOf(charge: ChargeView, nowMs: number): { text: string; look: Style } | null {
  const b = L.banner;
  if (charge.plugByMs !== null && isBeforePlug(charge)) {
    const leftMs = Math.max(0, charge.plugByMs - nowMs);
    const where = charge.pointId === null ? '' : `  ${charge.pointId}`;
    return {
      text: `${b.plugIn} ${clockTime(charge.plugByMs)}   ${formatClock(leftMs)} ${b.left}${where}`,
      look: leftMs < 15_000 ? ALARM : STATUS_LOOK.Unavailable.band,
    };
  }
  if (charge.state === 'queued') {
    const wait = charge.estimatedWaitMs === null ? '' : `   ${b.at} ${age(charge.estimatedWaitMs)} ${b.wait}`;
    return { text: `${b.queue} ${charge.queuePlace ?? '?'}${wait}`, look: STATUS_LOOK.Reserved.band };
  }
  return charge.state === 'sending' ? { text: b.sending, look: STATUS_LOOK.Preparing.band } : null;
}

function isBeforePlug(charge: ChargeView): boolean {
  return charge.state === 'offered' || charge.state === 'authorized' || charge.state === 'preparing';
}

const STATE_STYLES: Partial<Record<ChargeView['state'], Style>> = {
  charging: GOOD, completed: GOOD, interrupted: BAD, rejected: BAD, expired: BAD, suspended: WARN, cancelled: WARN,
};

function stateStyle(charge: ChargeView): Style {
  return STATE_STYLES[charge.state] ?? BOLD;
}

/** Bars for power, battery and goal; figures for energy, cost and time left. */
function drawGauge(canvas: Canvas, area: Area, gauge: {
  charge: ChargeView; live: NonNullable<ChargeView['live']>; nowMs: number;
}): number {
  const { charge, live, nowMs } = gauge;
  const running = charge.state === 'charging' || charge.state === 'suspended';
  const stale = running && nowMs - live.atMs > STALE_MS;
  const look = (live_: Style): Style => (stale || !running ? DIM : live_);
  let { y } = area;
  const barRow = (label: string, share: number, style: Style, text: string): void => {
    put(canvas, area.x + 1, y, label, DIM, LABEL_WIDTH);
    const width = Math.max(10, Math.min(60, area.width - LABEL_WIDTH - 28));
    const x = drawBar(canvas, { x: area.x + 1 + LABEL_WIDTH, y, width }, share, style);
    put(canvas, x + 1, y, text, look(BOLD), area.x + area.width - x - 2);
    y += 1;
  };
  const maxW = charge.maxPowerW ?? Math.max(live.powerW, 1);
  barRow(L.gauge.power, live.powerW / maxW, look(GOOD), power(live.powerW));
  if (live.socPercent !== null) {
    barRow(L.gauge.battery, live.socPercent / 100, look(batteryStyle(live.socPercent)), `${live.socPercent} %`);
  }
  const goal = goalOf(charge, live);
  if (goal !== null) barRow(L.gauge.goal, goal.share, look(STATUS_LOOK.Reserved.text), goal.text);
  put(canvas, area.x + 1, y, L.gauge.energy, DIM, LABEL_WIDTH);
  const left = live.remainingMs === null ? L.gauge.unknown : formatClock(live.remainingMs);
  putSpans(canvas, area.x + 1 + LABEL_WIDTH, y, [
    { text: fit(energy(live.energyWh), 14), style: look(BOLD) },
    { text: `${L.gauge.cost} `, style: DIM },
    { text: fit(formatMoney(live.costMinor, live.currency), 14), style: look(BOLD) },
    { text: running ? `${L.gauge.left} ` : '', style: DIM }, { text: running ? left : '', style: look(BOLD) },
  ], area.width - LABEL_WIDTH - 2);
  y += 1;
  if (stale) put(canvas, area.x + 1, y++, `${L.stale} ${age(nowMs - live.atMs)}`, WARN, area.width - 2);
  return y;
}

function goalOf(
  charge: ChargeView, live: { energyWh: number; costMinor: number; currency: Currency; socPercent: number | null },
): { share: number; text: string } | null {
  const { energyWh, amountMinor, socPercent } = charge.goal;
  if (energyWh !== null) {
    return { share: live.energyWh / energyWh, text: `${energy(live.energyWh)} ${L.gauge.reached} ${energy(energyWh)}` };
  }
  if (amountMinor !== null) {
    const wanted = formatMoney(amountMinor, live.currency);
    return { share: live.costMinor / amountMinor, text: `${L.gauge.reached} ${wanted}` };
  }
  return socPercent === null ? null
    : { share: (live.socPercent ?? 0) / socPercent, text: `${L.gauge.reached} ${socPercent} %` };
}

/** One line about the first running charge, for the other pages. */
export function drawChargeLine(canvas: Canvas, area: Area, view: DriverScreenView): number {
  const charge = view.charges.find((c) => !OVER.includes(c.state));
  if (charge === undefined) return area.y;
  const banner = bannerOf(charge, view.nowMs);
  const { live } = charge;
  const figures = live === null ? '' : `  ${power(live.powerW)}  ${energy(live.energyWh)}  `
    + formatMoney(live.costMinor, live.currency);
  const look = banner?.look ?? STATUS_LOOK.Charging.band;
  fill(canvas, { ...area, height: 1 }, look);
  put(canvas, area.x + 1, area.y,
    banner?.text ?? `${charge.pointId ?? charge.askedFor}  ${chargeState(charge)}${figures}`, look, area.width - 2);
  return area.y + 1;
}

const OVER: readonly ChargeView['state'][] = ['completed', 'rejected', 'cancelled', 'expired', 'interrupted'];
