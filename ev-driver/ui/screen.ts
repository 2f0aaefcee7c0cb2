// The driver's screen: points on offer, the charge live, the history; a log-in form in front while it is needed.
import type { Area, Canvas } from '../../shared/screen/canvas.ts';
import { formatMoney } from '../../shared/money.ts';
import { age } from '../../shared/screen/format.ts';
import type { Screen } from '../../shared/screen/handle.ts';
import type { Host } from '../../shared/screen/host.ts';
import { drawHeader, linkText } from '../../shared/screen/panels.ts';
import { openScreen } from '../../shared/screen/screen.ts';
import { words } from '../../shared/words.ts';
import { chargePage } from './charge-page.ts';
import { DRIVER_LABELS as L } from './labels.ts';
import { historyPage, pointsPage } from './lists.ts';
import { loginForm } from './login-form.ts';
import { reservationsPage } from './reservations-page.ts';
import type { DriverScreenOptions, DriverScreenView } from './view.ts';

/** Opens the screen of `ev-driver`. */
export function openDriverScreen(options: DriverScreenOptions): Screen {
  return openScreen(options, {
    headerRows: 1,
    header: drawDriverHeader,
    pages: (host: Host<DriverScreenView>) => [
      pointsPage(host, options.actions), chargePage(host, options.actions), historyPage(host, options.actions),
      reservationsPage(host, options.actions),
    ],
    tabs: ['points', 'charges', 'history', 'reservations'],
    help: L.help,
    onView: loginForm(options.actions),
  });
}

function drawDriverHeader(canvas: Canvas, area: Area, view: DriverScreenView): void {
  const { label } = words();
  const { balance, batch } = view;
  const held = balance === null || balance.heldMinor === 0 ? ''
    : ` (${formatMoney(balance.heldMinor, balance.currency)} ${L.held})`;
  const nextAtMs = batch?.nextAtMs ?? null;
  const next = nextAtMs === null ? '' : `, ${L.next} ${age(nextAtMs - view.nowMs)}`;
  drawHeader(canvas, area, {
    name: `${L.name} ${view.driverId ?? ''}`.trim(), nowMs: view.nowMs, alarms: alarms(view),
    figures: [
      ...(view.login.state === 'checking' ? [L.login.checking] : view.driverId === null ? [L.notLoggedIn] : []),
      ...(balance === null ? [] : [`${L.balance} ${formatMoney(balance.balanceMinor, balance.currency)}${held}`]),
      ...(batch === null ? [] : [`${L.batch} ${batch.done}/${batch.total}${next}`]),
      `${label.central} ${linkText(view.central)}`, `${label.bus} ${linkText(view.bus)}`, view.centralAddress,
    ],
  });
}

function alarms(view: DriverScreenView): string[] {
  const { trouble } = words();
  const away = `${trouble['central-away']} (${age(view.nowMs - view.central.sinceMs)})`;
  return [
    ...(view.central.state === 'down' ? [away] : []),
    ...(view.bus.state === 'down' ? [trouble['bus-down'].toUpperCase()] : []),
  ];
}
