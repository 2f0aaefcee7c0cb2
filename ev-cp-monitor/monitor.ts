// The watchdog of one charge point, pure: it authenticates the point at Central, hands what Central says to the engine,
// asks the engine every second whether it is well, and tells Central what it sees. `handleMonitor(state, input, now)`
// changes the state and returns what has to be done; the links, the secret and the clocks are the shell's.
import { assertNever } from '../shared/assert.ts';
import type { RequestId } from '../shared/ids.ts';
import { renewalMs } from '../shared/key-renewal.ts';
import { LIMITS } from '../shared/limits.ts';
import type { FromEngine, ToMonitor } from '../shared/messages/catalogue.ts';
import type { EngineLocalRequest } from '../shared/messages/engine-local-request.ts';
import type { HealthAnswer } from '../shared/messages/health-answer.ts';
import type { MonitorWelcome } from '../shared/messages/monitor-welcome.ts';
import type { PointSetup } from '../shared/messages/point-setup.ts';
import type { AccessRefusal } from '../shared/messages/refusal.ts';
import { words } from '../shared/words.ts';
import type { CloseReason } from '../shared/wire/close-reason.ts';
import { centralTime, note, setAuthentication, setLink } from './monitor-state.ts';
import type { EngineHealth, MonitorEffect, MonitorInput, MonitorState, Now } from './monitor-state.ts';

/** How often health is told to Central when nothing changes. */
const REPORT_EVERY_MS = 10_000;
/** Central has this long for each step of the authentication, and for the answer to a request at the point. */
const ANSWER_MS = 10_000;
/** Between two askings for a key. */
const RENEW_PAUSE_MS = 5_000;
/** A welcome may be handed to an engine that connects within this time. */
const FRESH_SETUP_MS = 1_000;
/** More wall time than awake time by so much: this process did not run. */
const ASLEEP_MS = 1_000;
/** Beats of the history: a minute. */
const HISTORY_BEATS = 60;

/** Takes one input in and says what has to be done, in order. */
export function handleMonitor(state: MonitorState, input: MonitorInput, now: Now): MonitorEffect[] {
  const out: MonitorEffect[] = [];
  switch (input.kind) {
    case 'tick': tick(state, now, out); break;
    case 'authenticate': authenticateByHand(state, now, out); break;
    case 'central-open': centralOpen(state, now, out); break;
    case 'central-lost': centralLost(state, input.reason, now, out); break;
    case 'from-central': fromCentral(state, input.message, now, out); break;
    case 'engine-open':
      setLink(state.engine, 'connecting', 'waiting for the engine’s welcome', now);
      out.push({ kind: 'to-engine', frame: {
        type: 'hello-engine', pointId: state.pointId, pairingCode: state.pairingCode,
      } });
      break;
    case 'engine-lost': engineLost(state, input.reason, now, out); break;
    case 'from-engine': fromEngine(state, input.message, now, out); break;
    default: assertNever(input, 'monitor input');
  }
  return out;
}

/** Why the menu's "authenticate" can't be used now, in words; null: it can. */
export function whyNotAuthenticate(state: MonitorState): string | null {
  if (state.authentication.state === 'authenticated') return `${state.pointId} is authenticated already`;
  if (state.authentication.state === 'authenticating') return `${state.pointId} is being authenticated`;
  return null;
}

function tick(state: MonitorState, now: Now, out: MonitorEffect[]): void {
  state.history = [...state.history.slice(-(HISTORY_BEATS - 1)), state.beat];
  state.beat = 'none';
  const silentMs = now.awakeMs - state.answeredAwakeMs;
  const isNews = state.engine.taken || !state.healthKnown || state.health.engine !== 'unreachable';
  if (!state.standsDown && silentMs >= LIMITS.deadPeerMs && isNews) {
    const reason = state.engine.taken ? `no answer for ${LIMITS.deadPeerMs / 1000} s` : state.engine.why;
    const sinceMs = state.answeredAtMs + (now.centralOffsetMs ?? 0);
    setHealth(state, { engine: 'unreachable', reason, sinceMs }, now, out);
  }
  if (state.health.engine === 'unreachable' && state.healthKnown && !state.standsDown) state.beat = 'unreachable';
  if (state.engine.taken) out.push(healthCheck(state, now));
  for (const [requestId, byAwakeMs] of state.localRequests) {
    if (now.awakeMs >= byAwakeMs) answerLocal(state, requestId, 'EV_Central did not answer in time.', out);
  }
  const { authentication } = state;
  if (authentication.state === 'authenticating' && now.awakeMs >= authentication.byAwakeMs) {
    out.push({ kind: 'drop-central', detail: `no answer to the authentication within ${ANSWER_MS / 1000} s` });
  }
  if (authentication.state !== 'authenticated') return;
  if (state.renewAtMs !== null && centralTime(now) >= state.renewAtMs) renewKey(state, now, out);
  if (now.awakeMs - (state.reportedAwakeMs ?? -Infinity) >= REPORT_EVERY_MS) report(state, now, out);
}

function authenticateByHand(state: MonitorState, now: Now, out: MonitorEffect[]): void {
  if (whyNotAuthenticate(state) !== null) return;
  state.byHand = true;
  if (state.standsDown) {
    out.push({ kind: 'connect-engine' });
    // As at a start: what was seen of the engine is old, and it is not unreachable before 3 s have passed.
    [state.healthKnown, state.answeredAwakeMs, state.answeredAtMs] = [false, now.awakeMs, now.atMs];
  }
  state.standsDown = false;
  setAuthentication(state, 'waiting', '', now);
  if (state.central.state === 'up') centralOpen(state, now, out);
  else {
    setLink(state.central, 'connecting', '', now);
    out.push({ kind: 'connect-central' });
  }
}

function centralOpen(state: MonitorState, now: Now, out: MonitorEffect[]): void {
  setLink(state.central, 'up', '', now);
  setAuthentication(state, 'authenticating', '', now);
  state.authentication.byAwakeMs = now.awakeMs + ANSWER_MS;
  const { pointId, software, byHand } = state;
  out.push({ kind: 'to-central', frame: { type: 'hello-monitor', pointId, software, byHand } });
}

function centralLost(state: MonitorState, reason: CloseReason, now: Now, out: MonitorEffect[]): void {
  const why = `${reason.code}: ${reason.detail}`;
  const { central, authentication: { state: was } } = state;
  const isNews = was === 'authenticated' || central.state === 'connecting';
  if (reason.code === 'replaced') {
    refuse(state, { reason: 'replaced', text: '', retry: false }, now, out);
  }
  if (state.authentication.state === 'refused') setLink(state.central, 'refused', state.authentication.why, now);
  else {
    setLink(state.central, 'down', why, now);
    setAuthentication(state, 'waiting', '', now);
  }
  for (const requestId of [...state.localRequests.keys()]) {
    answerLocal(state, requestId, 'EV_Central was lost before it answered.', out);
  }
  if (!isNews || state.authentication.state === 'refused') return;
  out.push(note('warn', 'central-lost', `EV_Central cannot be reached (${why})`, { pointId: state.pointId, why }));
  if (state.engine.taken) out.push(healthCheck(state, now));
}

function fromCentral(state: MonitorState, message: ToMonitor, now: Now, out: MonitorEffect[]): void {
  switch (message.type) {
    case 'challenge':
      state.authentication.byAwakeMs = now.awakeMs + ANSWER_MS;
      return void out.push({ kind: 'prove', nonceBase64: message.nonceBase64, re: message.id });
    case 'welcome-monitor': return welcomed(state, message, now, out);
    case 'refused-monitor':
      refuse(state, message, now, out);
      return void out.push({ kind: 'drop-central', detail: `refused: ${message.reason}` });
    case 'local-answer': {
      const { requestId, outcome, reason, text } = message;
      if (!state.localRequests.delete(requestId)) return;
      out.push({ kind: 'to-engine', frame: { type: 'engine-local-answer', requestId, outcome, reason, text } });
      return;
    }
    default: assertNever(message, 'message of Central');
  }
}

function welcomed(state: MonitorState, message: MonitorWelcome, now: Now, out: MonitorEffect[]): void {
  const { v: _v, id: _id, re: _re, type: _type, ...setup } = message;
  const isNew = state.authentication.state !== 'authenticated';
  state.setup = setup;
  state.setupCameAwakeMs = now.awakeMs;
  state.byHand = false;
  state.renewAskedAwakeMs = null;
  const { expiresAtMs, keyId } = setup.key;
  state.renewAtMs = renewalMs({ nowMs: centralTime(now), expiresAtMs });
  const { pointId } = state;
  const text = isNew ? `${pointId} is authenticated at EV_Central` : `${pointId} has a new key`;
  out.push(note('info', isNew ? 'authenticated' : 'key-renewed', text, { pointId, keyId, expiresAtMs }));
  if (isNew) setAuthentication(state, 'authenticated', '', now);
  if (state.engine.taken) {
    sendSetup(state, setup, now, out);
    out.push(healthCheck(state, now));
  }
  if (state.healthKnown) report(state, now, out);
}

/** Central does not let the point in, or puts it out. Without `retry` the point's key is void too. */
function refuse(
  state: MonitorState, refusal: { reason: AccessRefusal; text: string; retry: boolean }, now: Now, out: MonitorEffect[],
): void {
  const { pointId } = state;
  const { reason, retry } = refusal;
  if (state.standsDown) return; // said by a message and again by the link's good-bye
  const text = refusal.text === '' ? words().accessRefusal[reason]({ pointId }) : refusal.text;
  state.byHand = false;
  setAuthentication(state, 'refused', text, now);
  const revoked = reason === 'key-revoked' || reason === 'point-revoked';
  Object.assign(state.authentication, { needsHand: !retry, revoked });
  out.push(note('warn', 'refused-by-central', text, { pointId, reason, retry }));
  if (!retry) [state.setup, state.renewAtMs] = [null, null];
  if (state.engine.taken) {
    if (!retry) out.push({ kind: 'to-engine', frame: { type: 'key-withdrawn', reason: text, revoked } });
    out.push(healthCheck(state, now));
  }
  state.standsDown = reason === 'replaced';
  if (state.standsDown) out.push({ kind: 'drop-engine', detail: text });
}

function fromEngine(state: MonitorState, message: FromEngine, now: Now, out: MonitorEffect[]): void {
  switch (message.type) {
    case 'welcome-engine': {
      if (!message.taken) {
        const reason = `the engine refuses this monitor: ${message.reason}`;
        setLink(state.engine, 'refused', reason, now);
        // A monitor that takes a point over finds the older one still there for a moment: that breaks no charge off.
        if (state.healthKnown) setHealth(state, { engine: 'unreachable', reason, sinceMs: centralTime(now) }, now, out);
        return void out.push({ kind: 'drop-engine', detail: 'the engine refused' });
      }
      state.engine.taken = true;
      setLink(state.engine, 'up', '', now);
      state.answeredAwakeMs = now.awakeMs;
      state.answeredAtMs = now.atMs;
      const { pointId, authentication, setup } = state;
      out.push(note('info', 'engine-connected', `the engine of ${pointId} answers`, { pointId }));
      // Of facts and commands a welcome says what held when Central sent it: an engine that comes later gets a new one.
      if (setup !== null && now.awakeMs - state.setupCameAwakeMs < FRESH_SETUP_MS) sendSetup(state, setup, now, out);
      else if (setup !== null) renewKey(state, now, out);
      else if (authentication.needsHand) {
        const { why: reason, revoked } = authentication;
        out.push({ kind: 'to-engine', frame: { type: 'key-withdrawn', reason, revoked } });
      }
      return void out.push(healthCheck(state, now));
    }
    case 'health': return healthAnswered(state, message, now, out);
    case 'engine-local-request': return localRequest(state, message, now, out);
    default: assertNever(message, 'message of the engine');
  }
}

function healthAnswered(state: MonitorState, answer: HealthAnswer, now: Now, out: MonitorEffect[]): void {
  state.answeredAwakeMs = now.awakeMs;
  state.answeredAtMs = now.atMs;
  state.beat = answer.status;
  setHealth(state, { engine: answer.status, reason: answer.reason, sinceMs: centralTime(now) }, now, out);
  if (answer.hasKey || state.setup === null || state.authentication.state !== 'authenticated') return;
  // An answer that crossed the setup on its way does not know of it yet.
  if (now.awakeMs - (state.setupSentAwakeMs ?? -Infinity) >= 2 * LIMITS.heartbeatMs) renewKey(state, now, out);
}

function engineLost(state: MonitorState, reason: CloseReason, now: Now, out: MonitorEffect[]): void {
  const why = `${reason.code}: ${reason.detail}`;
  const wasTaken = state.engine.taken;
  state.engine.taken = false;
  if (state.engine.state !== 'refused') setLink(state.engine, 'down', why, now);
  if (!wasTaken || stoodStill(state, now)) return;
  setHealth(state, { engine: 'unreachable', reason: `engine gone (${why})`, sinceMs: centralTime(now) }, now, out);
}

/**
 * Not awake since the engine's last answer (SIGSTOP, a laptop's lid): an engine that is well has given us up meanwhile.
 * Its loss says nothing of it; if it does not come back, its silence does.
 */
function stoodStill({ answeredAtMs, answeredAwakeMs }: MonitorState, now: Now): boolean {
  return now.atMs - answeredAtMs - (now.awakeMs - answeredAwakeMs) > ASLEEP_MS;
}

function localRequest(state: MonitorState, request: EngineLocalRequest, now: Now, out: MonitorEffect[]): void {
  const { requestId, driverId, pin, connectorNo, goal, corr } = request;
  const { pointId } = state;
  out.push(note('info', 'request-at-point', `${driverId} asks at the point`, { pointId, requestId, driverId, corr }));
  if (state.authentication.state !== 'authenticated') {
    state.localRequests.set(requestId, 0);
    return answerLocal(state, requestId, 'EV_Central cannot be reached.', out);
  }
  state.localRequests.set(requestId, now.awakeMs + ANSWER_MS);
  const frame = { type: 'local-request', requestId, driverId, pin, connectorNo, goal, corr } as const;
  out.push({ kind: 'to-central', frame });
}

function answerLocal(state: MonitorState, requestId: RequestId, text: string, out: MonitorEffect[]): void {
  state.localRequests.delete(requestId);
  out.push({ kind: 'to-engine', frame: {
    type: 'engine-local-answer', requestId, outcome: 'refused', reason: 'central-away', text,
  } });
}

function sendSetup(state: MonitorState, setup: PointSetup, now: Now, out: MonitorEffect[]): void {
  state.setupSentAwakeMs = now.awakeMs;
  out.push({ kind: 'to-engine', frame: { type: 'engine-setup', ...setup } });
}

function renewKey(state: MonitorState, now: Now, out: MonitorEffect[]): void {
  if (now.awakeMs - (state.renewAskedAwakeMs ?? -Infinity) < RENEW_PAUSE_MS) return;
  state.renewAskedAwakeMs = now.awakeMs;
  out.push({ kind: 'to-central', frame: { type: 'renew-key' } });
}

/** Takes in what the engine's health is now; a change is told to Central at once. */
function setHealth(state: MonitorState, seen: EngineHealth, now: Now, out: MonitorEffect[]): void {
  const changed = state.health.engine !== seen.engine || state.health.reason !== seen.reason;
  if (!changed && state.healthKnown) return;
  state.healthKnown = true;
  state.health = seen;
  const { pointId } = state;
  const text = seen.engine === 'ok' ? `the engine of ${pointId} is well`
    : `the engine of ${pointId} is ${seen.engine === 'ko' ? 'KO' : 'unreachable'}: ${seen.reason}`;
  out.push(note(seen.engine === 'ok' ? 'info' : 'warn', 'engine-health', text, { pointId, ...seen }));
  if (state.authentication.state === 'authenticated') report(state, now, out);
}

function report(state: MonitorState, now: Now, out: MonitorEffect[]): void {
  if (!state.healthKnown) return;
  state.reportedAwakeMs = now.awakeMs;
  const { engine, reason, sinceMs } = state.health;
  out.push({ kind: 'to-central', frame: {
    type: 'point-health', engine, reason: reason.slice(0, 500), sinceMs: Math.max(0, sinceMs),
  } });
}

function healthCheck(state: MonitorState, now: Now): MonitorEffect {
  const { state: kind } = state.authentication;
  const central = kind === 'authenticated' ? 'connected' : kind === 'refused' ? 'refused' : 'away';
  return { kind: 'to-engine', frame: { type: 'health-check', central, clockOffsetMs: now.centralOffsetMs } };
}
