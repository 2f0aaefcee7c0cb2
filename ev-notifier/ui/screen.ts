// The notifier's screen.
import type { Screen } from '../../shared/screen/handle.ts';
import { drawHeader } from '../../shared/screen/panels.ts';
import { openScreen } from '../../shared/screen/screen.ts';
import { words } from '../../shared/words.ts';
import { NOTIFIER_LABELS } from './labels.ts';
import { deliveriesPage } from './pages.ts';
import type { NotifierScreenOptions, NotifierView } from './view.ts';

/** Opens the screen of `ev-notifier`. */
export function openNotifierScreen(options: NotifierScreenOptions): Screen {
  return openScreen(options, {
    headerRows: 1,
    header: (canvas, area, view) => drawHeader(canvas, area, {
      name: 'EV_Notifier', figures: figures(view), alarms: alarms(view), nowMs: view.nowMs,
    }),
    pages: () => [deliveriesPage()],
    tabs: [],
    help: NOTIFIER_LABELS.help,
  });
}

function figures(view: NotifierView): string[] {
  return [`${view.sent} ${NOTIFIER_LABELS.sent}`, `${view.waiting} ${NOTIFIER_LABELS.waiting}`,
    `${view.dead} ${NOTIFIER_LABELS.dead}`];
}

function alarms(view: NotifierView): string[] {
  return view.central.state === 'down' || view.central.state === 'refused' ? [words().trouble['central-away']] : [];
}
