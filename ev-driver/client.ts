// The client of one driver, pure: `handleClient(state, input, now)` changes the state and returns what has to be done.
// It logs in, follows charges by notices (each once, in order) and live figures, and asks for what is missing. The
// requests themselves are in requests.ts; sockets, the bus, the disk and the password are the shell's.
import { assertNever } from '../shared/assert.ts';
import type { BusState } from '../shared/bus/port.ts';
import { renewalMs } from '../shared/key-renewal.ts';
import type { ToDriver } from '../shared/messages/catalogue.ts';
import type { LoginRefused } from '../shared/messages/login-refused.ts';
import type { LoginWelcome } from '../shared/messages/login-welcome.ts';
import type { CloseReason } from '../shared/wire/close-reason.ts';
import { words, type Facts } from '../shared/words.ts';
import { pointsChanged, queryAnswered } from './answers.ts';
import { centralTime, say, sentence, setLink } from './client-state.ts';
import type { ClientEffect, ClientInput, ClientState, Now } from './client-state.ts';
import { applied, askForMissing, forgetNetwork, noticeCame, progressCame } from './deliveries.ts';
import { takeAnswer } from './notice-inbox.ts';
import { askEstimate, askList, askNotices, askPoints, askSessions } from './questions.ts';
import { ask, cancel, failCharge, sendTakeBacks, sent, stop } from './requests.ts';

/** The answer to a log-in: bcrypt takes its time when a thousand come at once. */
const LOGIN_MS = 30_000;

/** Takes one input in and says what has to be done, in order. */
export function handleClient(state: ClientState, input: ClientInput, now: Now): ClientEffect[] {
  const out: ClientEffect[] = [];
  switch (input.kind) {
    case 'tick': tick(state, now, out); break;
    case 'central-open': centralOpen(state, now, out); break;
    case 'central-lost': centralLost(state, input.reason, now, out); break;
    case 'from-central': fromCentral(state, input.message, now, out); break;
    case 'bus': busChanged(state, input.state, now, out); break;
    case 'reading': if (state.login.state === 'in') askNotices(state, now, out); break;
    case 'notice': noticeCame(state, input.notice, now, out); break;
    case 'progress': progressCame(state, input.progress, now, out); break;
    case 'log-in':
      state.login = { state: 'waiting', text: '', byAwakeMs: Infinity, retryAwakeMs: null };
      out.push({ kind: 'connect-central' });
      break;
    case 'ask': ask(state, input.wish, now, out); break;
    case 'stop': stop(state, input, out); break;
    case 'cancel': cancel(state, input, out); break;
    case 'sent': sent(state, input, now, out); break;
    case 'reload': reload(state, now, out); break;
    case 'estimate': if (state.login.state === 'in') askEstimate(state, input.pointId, now, out); break;
    case 'more-sessions':
      if (state.sessionsNext !== null) askSessions(state, state.sessionsNext, now, out);
      break;
    case 'order':
      out.push({ kind: 'to-central', id: input.orderId, frame: {
        type: 'order', orderId: input.orderId, order: input.order,
      } });
      break;
    case 'list': askList(state, input.list, input.filter, now, out); break;
    default: assertNever(input, 'client input');
  }
  return out;
}

/** Whether the link to Central is tried again by itself. */
export function comesBack(state: ClientState): boolean {
  return state.login.state !== 'refused';
}

function tick(state: ClientState, now: Now, out: ClientEffect[]): void {
  const { login } = state;
  if (login.state === 'checking' && now.awakeMs >= login.byAwakeMs) {
    out.push({ kind: 'drop-central', detail: 'no answer to the log-in' });
  }
  if (login.state === 'refused' && login.retryAwakeMs !== null && now.awakeMs >= login.retryAwakeMs) {
    state.login = { state: 'waiting', text: login.text, byAwakeMs: Infinity, retryAwakeMs: null };
    out.push({ kind: 'connect-central' });
  }
  for (const [id, query] of state.queries) {
    if (now.awakeMs < query.byAwakeMs) continue;
    state.queries.delete(id);
    if (query.what === 'look-up') failCharge(state, query.requestId, 'not-sent', now, out);
  }
  if (login.state !== 'in') return;
  for (const [id, byAwakeMs] of state.answerBy) {
    if (now.awakeMs < byAwakeMs) continue;
    state.answerBy.delete(id);
    failCharge(state, id, 'no-answer', now, out);
  }
  sendTakeBacks(state, out);
  if (state.renewAtMs !== null && centralTime(now) >= state.renewAtMs && state.answerBy.size === 0) {
    state.renewAtMs = null;
    out.push({ kind: 'drop-central', detail: 'a new key is due' });
  }
  askForMissing(state, now, out);
  if (state.sessionsStale && ![...state.queries.values()].some((query) => query.what === 'sessions')) {
    askSessions(state, null, now, out);
  }
}

function centralOpen(state: ClientState, now: Now, out: ClientEffect[]): void {
  setLink(state.central, 'up', '', now);
  state.login = { state: 'checking', text: '', byAwakeMs: now.awakeMs + LOGIN_MS, retryAwakeMs: null };
  state.saidNotice = state.inbox.last;
  out.push({ kind: 'send-login', lastNotice: state.saidNotice });
}

function centralLost(state: ClientState, reason: CloseReason, now: Now, out: ClientEffect[]): void {
  const why = `${reason.code}: ${reason.detail}`;
  const isNews = state.login.state === 'in' || state.central.state === 'connecting';
  for (const [id, query] of state.queries) {
    state.queries.delete(id);
    if (query.what === 'look-up') failCharge(state, query.requestId, 'central-away', now, out);
  }
  if (state.login.state === 'refused') setLink(state.central, 'refused', state.login.text, now);
  else {
    setLink(state.central, 'down', why, now);
    state.login = { state: 'waiting', text: '', byAwakeMs: Infinity, retryAwakeMs: null };
  }
  if (!isNews || state.login.state === 'refused') return;
  say(state, { atMs: centralTime(now), level: 'warn', text: sentence(words().trouble['central-away']) });
  out.push({ kind: 'note', level: 'warn', event: 'central-lost', fields: { driverId: state.driverId, why } });
}

function fromCentral(state: ClientState, message: ToDriver, now: Now, out: ClientEffect[]): void {
  switch (message.type) {
    case 'welcome-driver': return welcomed(state, message, now, out);
    case 'refused-driver': return loginRefused(state, message, now, out);
    case 'missed-notices':
      for (const notice of takeAnswer(state.inbox, message.notices).apply) applied(state, notice, now, out);
      return;
    case 'points-changed': return pointsChanged(state, message, now, out);
    case 'rows': return queryAnswered(state, message, now, out);
    case 'order-result':
      out.push({ kind: 'event', event: { kind: 'order-result', result: message } });
      return;
    default: assertNever(message, 'message of Central');
  }
}

function welcomed(state: ClientState, welcome: LoginWelcome, now: Now, out: ClientEffect[]): void {
  const { balanceMinor, heldMinor, currency, lastNotice, loginKey } = welcome;
  const { driverId } = state;
  state.login = { state: 'in', text: '', byAwakeMs: Infinity, retryAwakeMs: null };
  state.account = { balanceMinor, heldMinor, currency };
  const atMs = centralTime(now);
  const { expiresAtMs } = loginKey;
  state.renewAtMs = renewalMs({ nowMs: atMs, expiresAtMs }); // by a new log-in
  out.push({ kind: 'use-keys', welcome });
  out.push({ kind: 'note', level: 'info', event: 'logged-in', fields: { driverId, lastNotice, expiresAtMs } });
  say(state, { atMs, level: 'good', text: `${driverId} is logged in at EV_Central.` });
  // Compared with what the log-in said: a later notice may have overtaken this welcome on the bus.
  if (lastNotice < state.saidNotice) forgetNetwork(state, out);
  state.centralLast = lastNotice;
  out.push({ kind: 'event', event: { kind: 'logged-in' } });
  reload(state, now, out);
  if (state.inbox.last === 0 && lastNotice > 0) state.gapSinceAwakeMs = now.awakeMs;
  sendTakeBacks(state, out);
}

function loginRefused(state: ClientState, message: LoginRefused, now: Now, out: ClientEffect[]): void {
  const { reason, retryAfterMs } = message;
  const { driverId } = state;
  const facts: Facts = retryAfterMs === null ? {} : { retryAfterMs };
  const text = message.text === '' ? words().accessRefusal[reason](facts) : message.text;
  const retryAwakeMs = retryAfterMs === null ? null : now.awakeMs + retryAfterMs;
  state.login = { state: 'refused', text, byAwakeMs: Infinity, retryAwakeMs };
  state.account = null;
  say(state, { atMs: centralTime(now), level: 'error', text });
  out.push({ kind: 'note', level: 'warn', event: 'login-refused', fields: { driverId, reason } });
  out.push({ kind: 'event', event: { kind: 'login-refused', reason, text } });
  out.push({ kind: 'drop-central', detail: `refused: ${reason}` });
}

function busChanged(state: ClientState, bus: BusState, now: Now, out: ClientEffect[]): void {
  const before = state.bus.state;
  setLink(state.bus, bus, bus === 'up' ? '' : 'the broker does not answer', now);
  if (bus === 'down' && before === 'up') {
    say(state, { atMs: centralTime(now), level: 'warn', text: sentence(words().trouble['bus-down']) });
  }
  if (bus !== 'up' || state.login.state !== 'in') return;
  sendTakeBacks(state, out);
  askNotices(state, now, out);
}

function reload(state: ClientState, now: Now, out: ClientEffect[]): void {
  if (state.login.state !== 'in') return;
  if (state.interests.points !== null) askPoints(state, { after: null, found: [] }, now, out);
  if (state.interests.sessions) askSessions(state, null, now, out);
}
