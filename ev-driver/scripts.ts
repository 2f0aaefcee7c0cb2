// The subcommands for scripts: each logs in, does one thing, says what came of it in words or as JSON lines, and ends
// with an exit status that says what happened.
import { isoTime } from '../shared/clock.ts';
import { ticketText, words } from '../shared/words.ts';
import { priceText } from '../shared/words/price.ts';
import { formatEnergy } from '../shared/words/quantities.ts';
import { sessionId, type RequestId } from '../shared/ids.ts';
import { Failure } from '../shared/failure.ts';
import { formatMoney, parseMoney } from '../shared/money.ts';
import { isOver, type Charge, type ChargeWish } from './charges.ts';
import type { ClientEvent, Interests } from './client-state.ts';
import type { DriverClient } from './driver-client.ts';
import { EXIT, exitOf, type ExitStatus } from './exit-status.ts';
import { whyNotCancel, whyNotRequest, whyNotStop } from './requests.ts';

/** EV_Central and the bus must answer within this time. */
const CONNECT_MS = 10_000;
/** A list, and an order that was refused or not, must be there within this time. */
const ANSWER_MS = 15_000;
/** What may have been sent is taken back within this time, or expires at Central. */
const TAKE_BACK_MS = 30_000;

export type ScriptOptions = {
  readonly openClient: (interests: Interests, onEvent: (event: ClientEvent) => void) => DriverClient;
  readonly awakeMs: () => number;
  readonly subscribe: (onTick: () => void) => () => void;
  readonly json: boolean;
  readonly timeoutMs: number | null;
  readonly print: (text: string) => void;
};

export type Run = {
  readonly client: DriverClient;
  readonly events: ClientEvent[];
  /** The requests whose notices are printed: what a driver is told of others is not this script's. */
  readonly follows: Set<string>;
  /** Resolves with true when the condition holds, with false when the time is over. */
  until(condition: () => boolean, timeoutMs: number | null): Promise<boolean>;
  say(event: string, fields: Readonly<Record<string, unknown>>, text: string): void;
};

/**
 * Asks for a charge and follows it to its end. A break-off is none: it may go on after all, and its ticket follows in
 * any case. `amount` is money in the account's currency, null: no limit.
 */
export async function chargeScript(
  options: ScriptOptions, wish: Omit<ChargeWish, 'requestId' | 'corr'>, amount: string | null,
): Promise<ExitStatus> {
  const run = begin(options, { points: null, sessions: false });
  const trouble = await connected(run, 'bus');
  if (trouble !== null) return trouble;
  const goal = { ...wish.goal, amountMinor: amountMinor(run.client, amount) };
  const id = run.client.newRequestId();
  run.follows.add(id);
  run.client.ask({ ...wish, goal }, id);
  const charge = (): Charge | undefined => run.client.state.charges.get(id);
  const ended = await run.until(() => {
    const now = charge();
    return now === undefined || isOver(now);
  }, options.timeoutMs);
  const last = charge();
  // What broke off and has no ticket yet is told as it stands: nobody knows whether it goes on.
  if (!ended && last?.state === 'interrupted') return result(run, last);
  if (!ended || last === undefined) {
    run.say('result', { outcome: 'timed-out', requestId: id, state: last?.state }, 'It goes on: see ev-driver status.');
    return EXIT.timedOut;
  }
  await run.until(() => !run.client.state.takeBacks.has(id), TAKE_BACK_MS);
  return result(run, last);
}

/** Ends a running charge (the only one, or the named one) and waits for its ticket. */
export async function stopScript(options: ScriptOptions, session: string | null): Promise<ExitStatus> {
  return orderScript(options, {
    find: (run) => pick(run, (charge) => (session === null || charge.sessionId === sessionId(session))
      && whyNotStop(run.client.state, charge.requestId) === null),
    order: (run, charge) => run.client.stop(charge), done: isOver, none: 'There is no such running charge.',
  });
}

/** Takes a request back (the only one, or the named one) that has not begun. */
export async function cancelScript(options: ScriptOptions, request: string | null): Promise<ExitStatus> {
  const status = await orderScript(options, {
    find: (run) => pick(run, (charge) => (request === null || charge.requestId === request)
      && whyNotCancel(run.client.state, charge.requestId) === null),
    order: (run, charge) => run.client.cancel(charge), done: isOver, none: 'There is no such request to take back.',
  });
  return status === EXIT.cancelled ? EXIT.completed : status;
}

/** The driver's account and what is under way. */
export async function statusScript(options: ScriptOptions): Promise<ExitStatus> {
  const run = begin(options, { points: null, sessions: true });
  const trouble = await connected(run, 'sessions');
  if (trouble !== null) return trouble;
  const { account, charges, driverId, bus } = run.client.state;
  const open = [...charges.values()].filter((charge) => !isOver(charge));
  const money = account === null ? '' : `balance ${formatMoney(account.balanceMinor, account.currency)}, `
    + `held ${formatMoney(account.heldMinor, account.currency)}`;
  run.say('status', { driverId, account, bus: bus.state, charges: open }, [
    `${driverId}: ${money}; ${open.length} under way`, ...open.map(chargeLine),
  ].join('\n'));
  return EXIT.completed;
}

/** The driver's charges, newest first. */
export async function historyScript(options: ScriptOptions): Promise<ExitStatus> {
  const run = begin(options, { points: null, sessions: true });
  const trouble = await connected(run, 'sessions');
  if (trouble !== null) return trouble;
  for (const row of run.client.state.sessions) {
    const { sessionState, endReason } = words();
    const why = row.endReason === null ? '' : ` (${endReason[row.endReason]})`;
    run.say('session', { row }, [
      isoTime(row.requestedAtMs), row.sessionId, row.pointId ?? row.siteId, sessionState[row.state] + why,
      formatEnergy(row.energyWh), formatMoney(row.costMinor, row.currency),
    ].join('  '));
  }
  return EXIT.completed;
}

/** The points on offer. */
export async function pointsScript(
  options: ScriptOptions, filter: Readonly<Record<string, string | number>>,
): Promise<ExitStatus> {
  const run = begin(options, { points: filter, sessions: false });
  const trouble = await connected(run, 'points');
  if (trouble !== null) return trouble;
  for (const row of run.client.state.points.values()) {
    const powerW = Math.max(...row.connectors.map((connector) => connector.maxPowerW));
    run.say('point', { row }, [
      row.pointId.padEnd(16), words().pointStatus[row.status].padEnd(18),
      `${(powerW / 1000).toFixed(0)} kW`.padStart(6),
      `${row.currency} ${priceText(row.price, words().price)}`, row.place,
      ...(row.distanceM === null ? [] : [`${(row.distanceM / 1000).toFixed(1)} km`]),
    ].join('  '));
  }
  return EXIT.completed;
}

function amountMinor({ state }: DriverClient, amount: string | null): number | null {
  if (amount === null || state.account === null) return null;
  const minor = parseMoney(amount, state.account.currency);
  if (minor !== undefined && minor > 0) return minor;
  throw new Failure('bad-configuration', `--amount ${amount} is no amount in ${state.account.currency}`);
}

type Order = {
  find: (run: Run) => Charge | null;
  order: (run: Run, charge: RequestId) => RequestId;
  done: (charge: Charge) => boolean;
  none: string;
};

async function orderScript(options: ScriptOptions, { find, order, done, none }: Order): Promise<ExitStatus> {
  const run = begin(options, { points: null, sessions: true });
  const trouble = await connected(run, 'bus', 'sessions');
  if (trouble !== null) return trouble;
  const found = find(run);
  if (found === null) {
    run.say('result', { outcome: 'refused', text: none }, none);
    return EXIT.refused;
  }
  run.follows.add(found.requestId);
  const orderId = order(run, found.requestId);
  run.follows.add(orderId);
  const refusal = (): ClientEvent | undefined => run.events.find((event) =>
    event.kind === 'notice' && event.notice.type === 'refused' && event.notice.requestId === orderId);
  const charge = (): Charge => run.client.state.charges.get(found.requestId) ?? found;
  const answered = (): boolean => refusal() !== undefined || done(charge());
  const ended = await run.until(answered, options.timeoutMs ?? ANSWER_MS * 4);
  if (refusal() !== undefined) return EXIT.refused;
  // It broke off meanwhile, and its true end is not known in time.
  const brokeOff = charge().state === 'interrupted' && found.state !== 'interrupted';
  if (ended || brokeOff) return result(run, charge());
  run.say('result', { outcome: 'timed-out', state: charge().state }, 'No answer yet: see ev-driver status.');
  return EXIT.timedOut;
}

/** A client at work for one script. */
export function begin(options: ScriptOptions, interests: Interests): Run {
  const events: ClientEvent[] = [];
  const follows = new Set<string>();
  let wake = (): void => undefined;
  const say: Run['say'] = (event, fields, text) => {
    options.print(options.json ? JSON.stringify({ event, ...fields }) : text);
  };
  const client = options.openClient(interests, (event) => {
    events.push(event);
    if (event.kind === 'notice' && follows.has(event.notice.requestId ?? '')) {
      say('notice', { notice: event.notice, text: event.text }, event.text);
    }
    if (event.kind === 'progress' && options.json && follows.size > 0) {
      say('progress', { progress: event.progress }, '');
    }
    wake();
  });
  const until: Run['until'] = (condition, timeoutMs) => new Promise((resolve) => {
    const endMs = timeoutMs === null ? Infinity : options.awakeMs() + timeoutMs;
    const look = (): void => {
      const holds = condition();
      if (!holds && options.awakeMs() < endMs) return;
      unsubscribe();
      wake = () => undefined;
      resolve(holds);
    };
    const unsubscribe = options.subscribe(look);
    wake = () => queueMicrotask(look);
    look();
  });
  return { client, events, follows, until, say };
}

/** Waits for the log-in and for what the script needs; the exit status when that fails. */
export async function connected(run: Run, ...needs: ('bus' | 'points' | 'sessions')[]): Promise<ExitStatus | null> {
  const { state } = run.client;
  const has = (what: 'points' | 'sessions'): boolean =>
    run.events.some((event) => event.kind === 'rows' && event.what === what);
  const refused = (): boolean => run.events.some((event) => event.kind === 'login-refused');
  const ready = (): boolean => needs.every((need) => (need === 'bus' ? whyNotRequest(state) === null : has(need)));
  await run.until(() => refused() || (state.login.state === 'in' && ready()), CONNECT_MS);
  if (refused()) {
    run.say('result', { outcome: 'login-refused', text: state.login.text }, state.login.text);
    return EXIT.loginRefused;
  }
  const trouble = state.login.state !== 'in' ? 'central-away' : ready() ? null : 'bus-down';
  if (trouble === null) return null;
  const why = trouble === 'bus-down' ? state.bus.why : state.central.why;
  const text = `${words().trouble[trouble]}${why === '' ? '' : ` (${why})`}`;
  run.say('result', { outcome: 'unreachable', trouble, text }, text);
  return EXIT.unreachable;
}

function result(run: Run, charge: Charge): ExitStatus {
  const status = exitOf(charge);
  const text = charge.ticket === null ? chargeLine(charge)
    : ticketText(charge.ticket, run.client.state.timeZone).join('\n');
  const { requestId, sessionId: session, pointId, state, why, failed, provisional, ticket } = charge;
  run.say('result', {
    outcome: failed === null ? state : 'failed', requestId, sessionId: session, pointId, why, failed, provisional,
    ticket,
  }, text);
  return status;
}

function chargeLine(charge: Charge): string {
  const { sessionState } = words();
  const state = charge.state === 'sending' || charge.state === 'offered' ? charge.state : sessionState[charge.state];
  const live = charge.live === null ? '' : `  ${formatEnergy(charge.live.energyWh)}  `
    + formatMoney(charge.live.costMinor, charge.live.currency);
  const why = charge.why === '' ? '' : `: ${charge.why}`;
  return `${charge.requestId}  ${charge.sessionId ?? '-'}  ${charge.pointId ?? '-'}  ${state}${live}${why}`;
}

/** The only charge that fits; null when there is none or more than one. */
function pick(run: Run, fits: (charge: Charge) => boolean): Charge | null {
  const found = [...run.client.state.charges.values()].filter((charge) => !isOver(charge) && fits(charge));
  return found.length === 1 ? (found[0] ?? null) : null;
}

