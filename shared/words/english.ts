// English. Sentences for people: what happened, and where it helps, what to do. A refusal is one sentence that stays
// whole when a fact is missing. Another language is another file like this one (see shared/words/catalogue.ts).
import { currencySchema, formatMoney } from '../money.ts';
import { FAULT_CODES, type FaultCode } from '../messages/values.ts';
import { ENGLISH_TITLES } from './english-titles.ts';
import type { Facts, NoticeWords, Words } from './catalogue.ts';
import type { EstimateRow } from '../messages/rows.ts';
import { formatClock, formatDateTime, formatEnergy, formatMinuteOfDay, formatPower, formatTime } from './quantities.ts';

const refusal: Words['refusal'] = {
  expired: () => 'The request came too late and was not carried out. Ask again.',
  'user-unknown': () => 'This user id is not known here.',
  'user-inactive': () => 'This account is not active. Ask the operator.',
  'balance-negative': (f) =>
    `The balance${given(f, 'groupId', ' of the group ', '')}${money(f, 'balanceMinor', ' (', ')')} is below zero. `
    + `${f['groupId'] === undefined ? 'Top it up first, by card or at your operator.'
      : 'Ask who runs the group to top it up.'}`,
  'balance-too-low': (f) =>
    `The balance${money(f, 'balanceMinor', ' of ', '')} is too low`
    + `${money(f, 'neededMinor', ': this charge needs ', '')}.`,
  'no-tariff': (f) => `No price holds${given(f, 'siteId', ' at ', '') || ' there'} at this time: no charge can begin.`,
  'currency-mismatch': () => 'This site charges in another currency than your account has.',
  'too-many-sessions': (f) => `You have as many charges at once as you may${given(f, 'limit', ' (', ')')}.`,
  'outside-hours': (f) => `You may not begin a charge at this time of day${hours(f)}.`,
  'point-unknown': (f) => `There is no charge point${given(f, 'pointId', ' ', '')} in this network.`,
  'site-unknown': (f) => `There is no site${given(f, 'siteId', ' ', '')} in this network.`,
  'connector-unknown': (f) => `${point(f)} has no${given(f, 'connectorNo', ' connector ', '') || ' such connector'}.`,
  'nothing-fits': () => 'No charge point there fits: other connector type, less power, or too far away.',
  'power-above-limit': (f) => `That is more power than you may take${power(f)}.`,
  'point-disconnected': (f) => `${point(f)} cannot be reached at the moment.`,
  'point-faulted': (f) => `${point(f)} is broken down${fault(f)}.`,
  'point-out-of-order': (f) => `${point(f)} was taken out of order by the operator${given(f, 'note', ' (', ')')}.`,
  'point-barred': (f) => `${point(f)} is barred until the operator has checked it.`,
  'point-busy': (f) => `${point(f)} is occupied.`,
  'point-key-invalid': (f) => `${point(f)} has no valid key at the moment.`,
  'queue-full': (f) => `Too many drivers wait${given(f, 'siteId', ' at ', '') || ' there'} already. Try again later.`,
  'already-waiting': (f) => `You are waiting${given(f, 'siteId', ' at ', '') || ' there'} already.`,
  'central-overloaded': () => 'EV_Central has too much to do and takes no new charges. Try again in a minute.',
  'point-refused': (f) => `${point(f)} did not authorize the charge${given(f, 'note', ' (', ')')}.`,
  'point-silent': (f) => `${point(f)} did not answer.`,
  'bus-down': () => 'Bus down: the message bus cannot be reached. Nothing was sent; ask again when it is back.',
  'wrong-pin': () => 'The id or the PIN is wrong.',
  'locked-out': (f) => `Too many wrong attempts: try again ${later(f)}.`,
  'no-such-session': () => 'There is no such charge.',
  'session-over': () => 'This charge is over already.',
  'not-yours': () => 'This charge belongs to somebody else.',
  'monitor-away': (f) => `${point(f)} has lost its monitor and starts nothing until it is back.`,
  'central-away': () => 'EV_Central cannot be reached: nothing can be started now.',
  cancelled: () => 'You took the request back.',
  'expires-too-late': () => 'The request would hold for too long. Look at the clock of this device, then ask again.',
  'group-inactive': (f) => `${group(f)} pays for nothing at the moment. Ask its owner.`,
  'group-site': (f) => `${group(f)} does not pay for charges${given(f, 'siteId', ' at ', '') || ' at this site'}.`,
  'group-hours': (f) => `${group(f)} does not pay for what begins at this time of day${hours(f)}.`,
  'group-limit-session': (f) =>
    `That is more than ${groupInside(f)} pays for one charge${money(f, 'limitMinor', ' (', ')')}.`,
  'group-limit-month': (f) => `What ${groupInside(f)} pays for you this month is used up`
    + `${money(f, 'leftMinor', ' (left: ', ')')}.`,
};

const accessRefusal: Words['accessRefusal'] = {
  'unknown-or-wrong': () => 'The id or the password (the secret of a point) is wrong.',
  'locked-out': (f) => `Too many wrong attempts: try again ${later(f)}.`,
  'code-required': () => 'This account needs a one-time code, too: give the one that your authenticator shows.',
  'code-wrong': () => 'The one-time code is wrong or was used before: wait for the next one.',
  'second-factor-missing': () => 'This account may be used only with one-time codes: an admin has to enrol it first.',
  'user-inactive': () => 'This account is not active. Ask the operator.',
  'role-not-allowed': () => 'This account may not log in here.',
  'point-unknown': (f) => `There is no charge point${given(f, 'pointId', ' ', '')} in EV_Central's registry.`,
  'point-barred': (f) => `${point(f)} is barred until the operator has checked it.`,
  'key-revoked': (f) => `The key of ${pointInside(f)} was revoked: authenticate from the menu of its monitor.`,
  'point-revoked': (f) => `The secret of ${pointInside(f)} was revoked: it needs a new one from EV_Central.`,
  'two-monitors': (f) => `Two monitors claim to be ${pointInside(f)}: it is barred until the operator has checked it.`,
  replaced: (f) => `Another monitor of ${pointInside(f)} took this one's place.`,
  'version-mismatch': () => 'This program and EV_Central speak different versions: update the older one.',
  'central-standby': () => 'This EV_Central is a standby: another one is at work.',
  malformed: () => 'EV_Central did not understand the message.',
};

const commandRefusal: Words['commandRefusal'] = {
  expired: 'the command came too late',
  'connector-unknown': 'there is no such connector',
  'connector-busy': 'the connector is occupied',
  faulted: 'the point is broken down',
  inoperative: 'the point is out of order',
  'central-away': 'the point cannot hear EV_Central',
  'journal-full': 'the point keeps too many unsent reports',
  'session-unknown': 'the point knows no such session',
  'not-supported': 'the point cannot do that',
  'timed-out': 'the point did not answer in time',
};

const trouble: Words['trouble'] = {
  'central-away': 'EV_Central cannot be reached',
  'bus-down': 'bus down',
  'not-logged-in': 'not logged in at EV_Central',
  'no-answer': 'EV_Central did not answer in time; the request was taken back',
  'not-sent': 'the request was not sent and will not be',
  'send-unknown': 'the bus went down while sending; the request will be taken back as soon as the bus is up',
  'monitor-away': 'the monitor cannot be reached',
  'engine-away': 'the engine cannot be reached',
  'no-key': 'no key yet',
  'key-expired': 'the key has run out',
  'no-secret': 'no secret for this point',
};

const endReason: Words['endReason'] = {
  driver: 'stopped by the driver',
  'vehicle-full': 'the battery is full',
  'energy-reached': 'the wanted energy is reached',
  'amount-reached': 'the wanted amount is reached',
  'soc-reached': 'the wanted state of charge is reached',
  unplugged: 'the cable was unplugged',
  operator: 'stopped by the operator',
  fault: 'the point broke down',
  'power-loss': 'the power failed',
  'engine-restarted': 'the point was restarted',
  'hold-used-up': 'the held amount is used up',
  'monitor-lost': 'the point lost its monitor',
  'key-revoked': "the point's key was revoked",
  reset: 'the point was reset',
  'not-authorized': 'the charge was not authorized',
  'never-reported': 'the point never reported the end',
  reserved: 'the connector is reserved for somebody else from now on',
  'no-show': 'nobody came for the reservation',
  'late-cancellation': 'the reservation was cancelled late',
  'not-used': 'the reservation was not used',
};

const notice: NoticeWords = {
  accepted: (n, zone) =>
    `Accepted: ${n.pointId} connector ${n.connectorNo} is asked for its authorization; `
    + `${formatMoney(n.holdMinor, n.currency)} held.${freeUntil(n.freeUntilMs, zone)}`,
  authorized: (n, zone) =>
    `Authorized: plug in at ${n.pointId} connector ${n.connectorNo} before ${formatTime(n.plugByMs, zone)}.`,
  queued: (n) =>
    `Waiting at ${n.siteId}: place ${n.place}, estimated wait ${duration(n.estimatedWaitMs)}.`,
  offered: (n, zone) =>
    `Your turn: ${n.pointId} connector ${n.connectorNo} is kept for you until ${formatTime(n.plugByMs, zone)}.`
    + freeUntil(n.freeUntilMs, zone),
  refused: (n) => `Refused: ${refusal[n.reason](n.facts)}`,
  started: (n) => `Charging at ${n.pointId} connector ${n.connectorNo}.`,
  ended: (n) => {
    const where = n.pointId === null ? '' : ` at ${n.pointId}`;
    const why = n.reason === null ? '' : `: ${reasonText(n.reason)}`;
    const figures = `${formatEnergy(n.energyWh)}, ${formatMoney(n.amountMinor, n.currency)}`;
    if (n.state === 'cancelled' || n.state === 'expired' || n.state === 'rejected') {
      return `The charge${where} was ${ENGLISH_TITLES.sessionState[n.state]}${why}.`;
    }
    return n.provisional
      ? `The charge${where} broke off${why}. Provisional: ${figures}; the true end follows.`
      : `The charge${where} has ended${why}: ${figures}.`;
  },
  resumed: (n, zone) => {
    const paused = n.state === 'suspended' ? ` (${ENGLISH_TITLES.sessionState.suspended})` : '';
    return `The charge at ${n.pointId} connector ${n.connectorNo} goes on after all${paused}, as of `
      + `${formatTime(n.resumedAtMs, zone)}: ${formatEnergy(n.energyWh)}, ${formatMoney(n.amountMinor, n.currency)} so `
      + 'far. The provisional amount no longer counts.';
  },
  'payment-action': (n, zone) =>
    `The ${ENGLISH_TITLES.paymentPurpose[n.purpose]} of ${formatMoney(n.amountMinor, n.currency)} waits for you: `
    + `confirm it before ${formatTime(n.confirmByMs, zone)} (payment ${n.paymentId}).`,
  'payment-failed': (n) =>
    `The ${ENGLISH_TITLES.paymentPurpose[n.purpose]} of ${formatMoney(n.amountMinor, n.currency)} came to nothing: `
    + `${ENGLISH_TITLES.paymentFailure[n.reason]}.`
    + (n.sessionId === null ? '' : ` The charge ${n.sessionId} is billed to your balance.`),
  ticket: (n) => {
    const { ticket } = n;
    const kind = ticket.kind === 'correction' ? `Correction of ticket ${ticket.corrects ?? ''}` : 'Ticket';
    return `${kind} ${ticket.ticketId}: ${formatEnergy(ticket.energyWh)} at ${ticket.pointId}, `
      + `${formatMoney(ticket.totalMinor, ticket.currency)}; balance ${formatMoney(n.balanceMinor, ticket.currency)}.`;
  },
  invoice: (n) => {
    const whose = n.groupId === null ? '' : ` of the group ${n.groupId}`;
    const what = n.kind === 'invoice' ? `Invoice ${n.invoiceNumber}${whose}`
      : `Credit note ${n.invoiceNumber}${whose}, which corrects invoice ${n.corrects ?? ''},`;
    const tickets = n.ticketCount === 1 ? '' : ` over ${n.ticketCount} tickets`;
    return `${what} is ready: ${formatMoney(n.totalMinor, n.currency)}${tickets}.`;
  },
  claim: (n) => {
    const whose = n.claimantId === n.driverId ? 'Your claim' : `The claim of ${n.claimantId}`;
    const why = n.reason === '' ? '' : ` (${n.reason})`;
    return `${whose} ${n.claimId} for ${formatEnergy(n.energyWh)} at home, ${formatMoney(n.amountMinor, n.currency)}, `
      + `is ${n.state}${why}.`;
  },
  debt: (n, zone) => {
    const balance = n.groupId === null ? 'Your balance' : `The balance of the group ${n.groupId}`;
    if (n.state === 'settled') return `${balance} is no longer below zero: nothing is owed any more.`;
    const what = n.state === 'final' ? 'Final notice' : n.step === 1 ? 'Reminder' : `Reminder ${n.step}`;
    const since = formatDateTime(n.sinceMs, zone).slice(0, 10);
    return `${what}: ${formatMoney(n.owedMinor, n.currency)} are owed. ${balance} has been below zero since ${since}. `
      + 'Top it up, by card or at your operator: no new charge can begin before.';
  },
  'plan-lapsed': (n) => {
    const again = 'There is no discount any more.';
    switch (n.reason) {
      case 'fee-unpaid': return `Your plan ${n.planId} has lapsed: your wallet had not the fee of `
        + `${formatMoney(n.feeMinor, n.currency)}. ${again} Top up and subscribe again to have it back.`;
      case 'plan-closed': return `Your plan ${n.planId} has lapsed: it is not offered any more. ${again}`;
      case 'other-currency': return `Your plan ${n.planId} has lapsed: it is in another currency than your wallet. `
        + again;
    }
  },
  reservation: (n) => {
    const from = formatDateTime(n.fromMs, n.timeZone).slice(0, 16);
    const what = `${n.pointId} connector ${n.connectorNo} from ${from} to ${formatTime(n.toMs, n.timeZone)}`;
    const why = n.why === '' ? '' : ` (${n.why})`;
    const money = (amountMinor: number): string => formatMoney(amountMinor, n.currency);
    const by = formatTime(n.checkInByMs, n.timeZone);
    const taken = n.takenMinor === 0 ? 'Nothing is charged.' : `${money(n.takenMinor)} are charged.`;
    switch (n.news) {
      case 'confirmed':
        return `Reserved (${n.reservationId}): ${what}. ${n.holdMinor === 0 ? '' : `${money(n.holdMinor)} held. `}`
          + `Check in before ${by}.`;
      case 'changed': return `Your reservation ${n.reservationId} is now: ${what}.`;
      case 'moved': return `Your reservation ${n.reservationId} has another connector${why}: ${what}.`;
      case 'reminder':
        return `Your reservation ${n.reservationId} begins soon: ${what}. Check in before ${by}`
          + `${n.feeMinor === 0 ? '.' : `, else ${money(n.feeMinor)} are charged.`}`;
      case 'open': return `${n.pointId} connector ${n.connectorNo} is kept for you: check in before ${by}.`;
      case 'checked-in': return `Checked in (${n.reservationId}): ask for your charge at ${n.pointId}.`;
      case 'cancelled': return `Your reservation ${n.reservationId} is cancelled${why}: ${what}. ${taken}`;
      case 'no-show': return `Nobody came for your reservation ${n.reservationId}: ${what}. ${taken}`;
      case 'missed': return `Your recurring reservation ${n.reservationId} could not have ${what}${why}.`;
      case 'expired': return `Your reservation ${n.reservationId} is over${why}: ${what}. ${taken}`;
    }
  },
};

/** ` It is free until 14:30: your charge will be ended then.` */
function freeUntil(atMs: number | null, timeZone: string): string {
  return atMs === null ? '' : ` It is free until ${formatTime(atMs, timeZone)}: your charge will be ended then.`;
}

export const english: Words = {
  refusal, accessRefusal, commandRefusal, trouble, endReason, notice, estimate, duration,
  ...ENGLISH_TITLES,
};

function reasonText(reason: keyof Words['endReason'] | keyof Words['refusal']): string {
  if (reason in endReason) return endReason[reason as keyof Words['endReason']];
  const sentence = refusal[reason as keyof Words['refusal']]({}).replace(/\.$/, '');
  return sentence.startsWith('EV_') ? sentence : `${sentence.slice(0, 1).toLowerCase()}${sentence.slice(1)}`;
}

function estimate(
  { pointId, energyWh, powerW, startMs, chargingMs, parkingMs, totalMinor, currency, timeZone, ...more }: EstimateRow,
): string {
  const { slot, freeUntilMs, reachedWh } = more;
  const parked = parkingMs === 0 ? '' : `, then ${formatClock(parkingMs)} plugged in without charging`;
  const when = slot === undefined ? 'now' : `at ${formatDateTime(startMs, timeZone).slice(0, 16)}`;
  return `${pointId} ${when}: ${formatMoney(totalMinor, currency)} with VAT, if ${formatEnergy(energyWh)} flow at a `
    + `steady ${formatPower(powerW)} (${formatClock(chargingMs)})${parked}.`
    + (freeUntilMs === undefined ? ''
      : freeFor({ startMs, timeZone, energyWh, freeUntilMs, reachedWh: reachedWh ?? 0 }))
    + (slot === undefined ? '' : ` ${slotText(slot, { currency, timeZone })}`);
}

/** ` It is free until 2026-12-01 14:30: 11.000 kWh (55 %) by then.` */
function freeFor(
  { startMs, timeZone, energyWh, freeUntilMs, reachedWh }:
    Pick<EstimateRow, 'startMs' | 'timeZone' | 'energyWh'> & { freeUntilMs: number; reachedWh: number },
): string {
  if (freeUntilMs <= startMs) return ' It is kept for somebody else then.';
  const until = formatDateTime(freeUntilMs, timeZone).slice(0, 16);
  return ` It is free until ${until}: ${reachedWh >= energyWh ? 'enough for all of it' : `${formatEnergy(reachedWh)} `
    + `(${Math.floor(reachedWh * 100 / energyWh)} %) by then`}.`;
}

/** What a reservation costs when she comes, when she cancels it, and when she does neither. */
function slotText(
  { reservationId, beginsAtMs, endsAtMs, feeMinor, terms, checkInByMs, whyNot }: NonNullable<EstimateRow['slot']>,
  { currency, timeZone }: Pick<EstimateRow, 'currency' | 'timeZone'>,
): string {
  const slot = `${formatDateTime(beginsAtMs, timeZone).slice(0, 16)} to ${formatTime(endsAtMs, timeZone)}`;
  const name = reservationId === null ? `Reserving ${slot}` : `Reservation ${reservationId} (${slot})`;
  if (whyNot !== null) return `${name} is not possible: ${whyNot}.`;
  if (feeMinor === 0) return `${name} costs nothing.`;
  const tiers = terms.tiers.map(({ beforeMs, percent }) => `${duration(beforeMs)} before ${percent} %, `).join('');
  return `${name} holds ${formatMoney(feeMinor, currency)} until you charge; cancelled ${tiers}later 100 % are taken, `
    + `as when nobody checks in before ${formatTime(checkInByMs, timeZone)}.`;
}

function duration(durationMs: number | null): string {
  if (durationMs === null) return 'unknown';
  const minutes = Math.ceil(durationMs / 60_000);
  if (durationMs < 60_000) return `${Math.ceil(durationMs / 1000)} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** The fact with words around it; nothing at all when it is not known. */
function given(facts: Facts, name: string, before: string, after: string): string {
  const fact = facts[name];
  return fact === undefined || fact === '' ? '' : `${before}${fact}${after}`;
}

function point(facts: Facts): string {
  return given(facts, 'pointId', '', '') || 'The charge point';
}

function pointInside(facts: Facts): string {
  return given(facts, 'pointId', '', '') || 'this charge point';
}

function group(facts: Facts): string {
  return given(facts, 'groupId', 'The group ', '') || 'Your group';
}

function groupInside(facts: Facts): string {
  return given(facts, 'groupId', 'the group ', '') || 'your group';
}

function money(facts: Facts, name: string, before: string, after: string): string {
  const amount = facts[name];
  const code = currencySchema.safeParse(facts['currency']);
  if (typeof amount !== 'number' || !code.success) return '';
  return `${before}${formatMoney(amount, code.data)}${after}`;
}

function power(facts: Facts): string {
  const limitW = facts['limitW'];
  return typeof limitW === 'number' ? ` (${formatPower(limitW)})` : '';
}

function hours(facts: Facts): string {
  const { fromMinute, toMinute } = facts;
  if (typeof fromMinute !== 'number' || typeof toMinute !== 'number') return '';
  return ` (allowed ${formatMinuteOfDay(fromMinute)} to ${formatMinuteOfDay(toMinute)})`;
}

function fault(facts: Facts): string {
  const code = FAULT_CODES.find((known) => known === facts['fault']);
  return code === undefined ? given(facts, 'fault', ' (', ')') : ` (${faultText(code)})`;
}

function faultText(code: FaultCode): string {
  return ENGLISH_TITLES.faultCode[code];
}

function later(facts: Facts): string {
  const retryAfterMs = facts['retryAfterMs'];
  return typeof retryAfterMs === 'number' ? `in ${duration(retryAfterMs)}` : 'later';
}
