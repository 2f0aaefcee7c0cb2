// The form in which a driver asks for a charge: where, what must fit, how much, and whether to wait.
import {
  CONNECTOR_TYPES, NO_GOAL, connectorTypeSchema, type Fit, type Goal, type Target,
} from '../../shared/messages/values.ts';
import { parseMoney, type Currency } from '../../shared/money.ts';
import { formDialog, type FormField, type FormValues } from '../../shared/screen/form.ts';
import type { Dialog, Host } from '../../shared/screen/host.ts';
import { words } from '../../shared/words.ts';
import { DRIVER_LABELS } from './labels.ts';
import type { ChargeWish, DriverActions, DriverScreenView, OfferView } from './view.ts';

const L = DRIVER_LABELS.form;

/** `offer` is the point selected in the list. */
export function requestForm(
  host: Host<DriverScreenView>, actions: DriverActions, offer: OfferView | undefined,
): Dialog {
  const view = host.view();
  const currency = offer?.currency ?? view.balance?.currency ?? view.points[0]?.currency ?? null;
  return formDialog(host, {
    title: L.title,
    fields: fieldsOf(view, offer, currency),
    shows: isShown,
    submit: L.submit,
    onSubmit(values) {
      const wish = wishOf(values, view, { offer, currency });
      if (typeof wish === 'string') return wish;
      host.run(() => actions.request(wish), (result) => {
        if (result.ok) host.show('charges');
      });
      return null;
    },
  });
}

function fieldsOf(view: DriverScreenView, offer: OfferView | undefined, currency: Currency | null): FormField[] {
  const types = CONNECTOR_TYPES.filter((t) => view.points.some((p) => p.connectorTypes.includes(t)));
  const { position } = view;
  return [
    { kind: 'choice', name: 'where', label: L.where, options: [
      ...(offer === undefined ? [] : [{ value: 'point', label: `${L.thisPoint} ${offer.pointId}` }]),
      { value: 'site', label: L.atSite }, { value: 'near', label: L.near },
    ] },
    { kind: 'choice', name: 'site', label: L.site, ...(offer === undefined ? {} : { value: offer.siteId }),
      options: view.sites.map((s) => ({ value: s.siteId, label: `${s.siteId} ${s.name}` })) },
    { kind: 'text', name: 'position', label: L.position, hint: L.positionHint, maxLength: 40,
      value: position === null ? '' : `${position.latitude}, ${position.longitude}` },
    { kind: 'text', name: 'radius', label: L.radius, value: '5', maxLength: 5 },
    { kind: 'choice', name: 'type', label: L.type, options: [
      { value: '', label: L.anyType }, ...types.map((t) => ({ value: t, label: words().connectorType[t] })),
    ] },
    { kind: 'text', name: 'minPower', label: L.minPower, maxLength: 6 },
    { kind: 'choice', name: 'goal', label: L.goal, options: [
      { value: 'none', label: L.goalNone }, { value: 'kwh', label: L.goalKwh },
      ...(currency === null ? [] : [{ value: 'money', label: `${L.goalMoney} (${currency})` }]),
      { value: 'soc', label: L.goalSoc },
    ] },
    { kind: 'text', name: 'amount', label: L.amount, maxLength: 8 },
    { kind: 'choice', name: 'queue', label: L.queue, options: [
      { value: 'yes', label: L.queueYes }, { value: 'no', label: L.queueNo },
    ] },
  ];
}

function isShown(name: string, values: FormValues): boolean {
  switch (name) {
    case 'site': return values['where'] === 'site';
    case 'position': case 'radius': return values['where'] === 'near';
    case 'type': case 'minPower': return values['where'] !== 'point';
    case 'amount': return values['goal'] !== 'none';
    default: return true;
  }
}

/** What was asked for, or what is wrong with it, in words. */
function wishOf(values: FormValues, view: DriverScreenView, about: {
  offer: OfferView | undefined; currency: Currency | null;
}): ChargeWish | string {
  const target = targetOf(values, view, about.offer);
  if (typeof target === 'string') return target;
  const fit = target.kind === 'point' ? { connectorType: null, minPowerW: null } : fitOf(values);
  if (typeof fit === 'string') return fit;
  const goal = goalOf(values, about.currency);
  if (typeof goal === 'string') return goal;
  return { target, fit, goal, mayQueue: values['queue'] === 'yes' };
}

function targetOf(values: FormValues, view: DriverScreenView, offer: OfferView | undefined): Target | string {
  if (values['where'] === 'point' && offer !== undefined) {
    return { kind: 'point', pointId: offer.pointId, connectorNo: null };
  }
  if (values['where'] === 'site') {
    const site = view.sites.find((s) => s.siteId === values['site']);
    return site === undefined ? DRIVER_LABELS.noPoints : { kind: 'site', siteId: site.siteId };
  }
  const position = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,; ]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/.exec(values['position'] ?? '');
  const latitude = Number(position?.[1]);
  const longitude = Number(position?.[2]);
  if (position === null || Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return L.positionWrong;
  const radiusKm = numberOf(values['radius']);
  if (radiusKm === null || radiusKm < 1 || radiusKm > 200) return L.radiusWrong;
  return { kind: 'near', latitude, longitude, radiusM: Math.round(radiusKm * 1000) };
}

function fitOf(values: FormValues): Fit | string {
  const type = connectorTypeSchema.safeParse(values['type']);
  const minimum = (values['minPower'] ?? '').trim();
  const minKw = minimum === '' ? null : numberOf(minimum);
  if (minimum !== '' && (minKw === null || minKw <= 0)) return L.powerWrong;
  return {
    connectorType: type.success ? type.data : null, minPowerW: minKw === null ? null : Math.round(minKw * 1000),
  };
}

function goalOf(values: FormValues, currency: Currency | null): Goal | string {
  const kind = values['goal'] ?? 'none';
  if (kind === 'none') return NO_GOAL;
  const text = (values['amount'] ?? '').trim().replace(',', '.');
  const value = numberOf(text);
  if (value === null || value <= 0) return L.amountWrong;
  if (kind === 'kwh') {
    const energyWh = Math.round(value * 1000);
    return energyWh > 0 ? { ...NO_GOAL, energyWh } : L.amountWrong;
  }
  if (kind === 'soc') {
    return Number.isInteger(value) && value <= 100 ? { ...NO_GOAL, socPercent: value } : L.socWrong;
  }
  const amountMinor = currency === null ? undefined : parseMoney(text, currency);
  return amountMinor === undefined || amountMinor <= 0 ? L.amountWrong : { ...NO_GOAL, amountMinor };
}

/** A plain decimal number; null when the text is none. */
function numberOf(text: string | undefined): number | null {
  const plain = (text ?? '').trim().replace(',', '.');
  return /^\d{1,6}(\.\d{1,3})?$/.test(plain) ? Number(plain) : null;
}
