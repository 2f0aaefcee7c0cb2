// The menu of one point: keys, the forms behind them, and why a key can't be used now.
import type { FaultCode } from '../../shared/messages/values.ts';
import { confirmDialog, menuDialog } from '../../shared/screen/dialogs.ts';
import { formDialog, type FormField, type FormValues } from '../../shared/screen/form.ts';
import type { Host, KeyBinding } from '../../shared/screen/host.ts';
import { ratedPower } from '../../shared/screen/format.ts';
import { words } from '../../shared/words.ts';
import { ENGINE_LABELS as L } from './labels.ts';
import type { EngineActionKind, EngineActions, EnginePlace, EnginePointView, EngineView } from './view.ts';

type Menu = {
  readonly host: Host<EngineView>; readonly actions: EngineActions; readonly at: EnginePlace;
  readonly point: EnginePointView;
};

/** The keys for the point at this place; `at.connectorNo` is the selected connector. */
export function pointKeys(menu: Menu): readonly KeyBinding[] {
  const { host, actions, at, point } = menu;
  const key = (name: string, label: string, kind: EngineActionKind, run: () => void): KeyBinding =>
    ({ key: name, label, whyNot: actions.whyNot(kind, at), run });
  const ask = (title: string, line: string, run: () => void): void =>
    host.open(confirmDialog(host, { title, lines: [line], run }));
  return [
    key('p', L.keys.plug, 'plug', () => host.open(plugForm(menu))),
    key('u', L.keys.unplug, 'unplug', () => {
      const unplug = (): void => host.run(() => actions.unplug(at));
      if (isCharging(point, at)) ask(L.keys.unplug, L.unplugQuestion, unplug);
      else unplug();
    }),
    key('c', L.keys.request, 'request', () => host.open(requestForm(menu))),
    key('s', L.keys.stop, 'stop', () => host.run(() => actions.stop(at))),
    key('k', point.forcedKo ? L.keys.koOff : L.keys.koOn, 'toggle-ko', () => host.run(() => actions.toggleKo(at))),
    key('f', L.keys.fault, 'fault', () => host.open(faultMenu(menu))),
    key('r', L.keys.clear, 'clear', () => host.run(() => actions.clear(at))),
    point.powerLost
      ? key('l', L.keys.powerBack, 'power-back', () => host.run(() => actions.powerBack(at)))
      : key('l', L.keys.powerLoss, 'power-loss', () =>
        ask(L.keys.powerLoss, L.powerQuestion, () => host.run(() => actions.powerLoss(at)))),
  ];
}

/** Only what ends a charge is asked about. */
function isCharging(point: EnginePointView, at: EnginePlace): boolean {
  const state = point.connectors.find((c) => c.connectorNo === at.connectorNo)?.session?.state;
  return state === 'charging' || state === 'suspended';
}

/** The connector is the selected one; a point with several lets it be chosen again in the form. */
function connectorField(menu: Menu, kind: EngineActionKind): FormField {
  return {
    kind: 'choice', name: 'connector', label: L.connector, value: String(menu.at.connectorNo ?? 1),
    options: menu.point.connectors.map((c) => ({
      value: String(c.connectorNo),
      label: `${c.connectorNo} ${words().connectorType[c.type]} ${ratedPower(c.maxPowerW)}`,
      whyNot: menu.actions.whyNot(kind, { ...menu.at, connectorNo: c.connectorNo }),
    })),
  };
}

function placeOf(menu: Menu, values: FormValues): EnginePlace {
  return { index: menu.at.index, connectorNo: Number(values['connector'] ?? menu.at.connectorNo ?? 1) };
}

function plugForm(menu: Menu): ReturnType<typeof formDialog> {
  const { host, actions } = menu;
  const { vehicles } = host.view();
  return formDialog(host, {
    title: L.plugTitle,
    fields: [
      connectorField(menu, 'plug'),
      {
        kind: 'choice', name: 'model', label: L.model,
        options: vehicles.map((v) => ({
          value: v.name, label: `${v.name} (${v.batteryWh / 1000} kWh, ${ratedPower(v.maxPowerW)})`,
        })),
      },
      { kind: 'text', name: 'soc', label: L.soc, value: '40', maxLength: 3 },
    ],
    submit: L.keys.plug,
    onSubmit(values) {
      const soc = (values['soc'] ?? '').trim();
      const model = vehicles.find((v) => v.name === values['model']);
      if (!/^\d{1,3}$/.test(soc) || Number(soc) > 100 || model === undefined) return L.socWrong;
      host.run(() => actions.plug(placeOf(menu, values), { ...model, socPercent: Number(soc) }));
      return null;
    },
  });
}

function requestForm(menu: Menu): ReturnType<typeof formDialog> {
  const { host, actions } = menu;
  return formDialog(host, {
    title: L.requestTitle,
    fields: [
      connectorField(menu, 'request'),
      { kind: 'text', name: 'driver', label: L.driverId, maxLength: 64 },
      { kind: 'text', name: 'pin', label: L.pin, masked: true, maxLength: 12 },
      { kind: 'text', name: 'kwh', label: L.kwh, maxLength: 8 },
    ],
    submit: L.keys.request,
    onSubmit(values) {
      const driverId = (values['driver'] ?? '').trim();
      const pin = values['pin'] ?? '';
      const kwh = (values['kwh'] ?? '').trim().replace(',', '.');
      if (driverId === '') return L.driverWrong;
      if (pin.length < 4) return L.pinWrong;
      if (kwh !== '' && (!/^\d{1,4}(\.\d{1,3})?$/.test(kwh) || Number(kwh) === 0)) return L.kwhWrong;
      const goal = {
        energyWh: kwh === '' ? null : Math.round(Number(kwh) * 1000), amountMinor: null, socPercent: null,
      };
      host.run(() => actions.request(placeOf(menu, values), { driverId, pin, goal }));
      return null;
    },
  });
}

/** The faults that a menu can cause; power loss and KO have keys of their own. */
const FAULTS: readonly { readonly key: string; readonly code: FaultCode }[] = [
  { key: '1', code: 'relay' }, { key: '2', code: 'ground-fault' }, { key: '3', code: 'over-temperature' },
  { key: '4', code: 'meter' },
];

function faultMenu({ host, actions, at }: Menu): ReturnType<typeof menuDialog> {
  return menuDialog(host, {
    title: L.faultTitle,
    items: FAULTS.map(({ key, code }) => ({
      key, label: words().faultCode[code], run: () => host.run(() => actions.fault(at, code)),
    })),
  });
}
