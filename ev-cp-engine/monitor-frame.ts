// What the monitor tells the engine, and how the engine says whether it is well. Pure.
import { assertNever } from '../shared/assert.ts';
import { messageId } from '../shared/ids.ts';
import type { ToEngine } from '../shared/messages/catalogue.ts';
import type { EngineLocalAnswer } from '../shared/messages/engine-local-answer.ts';
import type { EngineSetup } from '../shared/messages/engine-setup.ts';
import type { HealthCheck } from '../shared/messages/health-check.ts';
import { MESSAGE_VERSION } from '../shared/messages/message.ts';
import type { Connector } from '../shared/messages/values.ts';
import { words } from '../shared/words.ts';
import { charging, endSession, startIfReady } from './charging.ts';
import { setOperative, takeAcceptedUpTo } from './command.ts';
import { reportHeld } from './fact.ts';
import { connectorOf, type ConnectorState, logStep, newConnector, type Point, type Step } from './point-state.ts';

/** Takes a frame of the monitor that has said hello. */
export function takeFrame(step: Step, frame: ToEngine, linkOffsetMs: number | null): void {
  switch (frame.type) {
    case 'health-check': return takeHealthCheck(step, frame, linkOffsetMs);
    case 'engine-setup': return takeSetup(step, frame);
    case 'key-withdrawn': {
      step.point.live.key = { held: false, sinceMs: step.now.atMs, why: frame.reason, expiresAtMs: null };
      step.effects.push({ kind: 'key', grant: null });
      step.effects.push({ kind: 'message', level: 'error', text: `Central has taken the key back: ${frame.reason}` });
      // Central has closed these charges already, and no command can be sealed for us: they end by this word alone.
      if (frame.revoked) for (const connector of charging(step.point)) endSession(step, connector, 'key-revoked');
      return;
    }
    case 'engine-local-answer': {
      const level = frame.outcome === 'refused' ? 'error' : 'good';
      step.effects.push({ kind: 'message', level, text: answerText(frame) });
      return;
    }
    case 'hello-engine': return logStep(step, 'warn', 'hello-again');
    default: assertNever(frame, 'frame of the monitor');
  }
}

/** Central's own words, where it has some; else those of the catalogue. */
function answerText({ outcome, reason, text }: EngineLocalAnswer): string {
  if (text !== '') return text;
  if (reason !== null) return words().refusal[reason]({});
  return outcome === 'queued' ? 'The request waits in the queue of the site.' : 'The request is accepted.';
}

/** Brings `live.health` up to date; its since-when is the moment of the change. */
export function healthOf(step: Step): void {
  const { live } = step.point;
  const reason = illness(step.point);
  const status = reason === null ? 'ok' : 'ko';
  if (live.health.status === status && live.health.reason === (reason ?? '')) return;
  const sinceMs = live.health.status === status ? live.health.sinceMs : step.now.atMs;
  live.health = { status, reason: (reason ?? '').slice(0, 500), sinceMs };
}

/** Why the point can't charge at all; null: it can, at one connector at least. */
function illness({ kept, live }: Point): string | null {
  if (live.journalTrouble !== null) return live.journalTrouble;
  const whole = kept.faults.find((fault) => fault.connectorNo === null);
  if (whole !== undefined) return whole.detail === '' ? whole.code : `${whole.code}: ${whole.detail}`;
  const broken = kept.connectors.map((c) => kept.faults.find((fault) => fault.connectorNo === c.connectorNo));
  if (broken.includes(undefined)) return null;
  return broken.map((fault) => fault?.code ?? '').filter((code) => code !== '').join(', ') || null;
}

function takeHealthCheck(step: Step, frame: HealthCheck, linkOffsetMs: number | null): void {
  const { live } = step.point;
  const { monitor, health, bus, key } = live;
  if (monitor.central !== frame.central) {
    monitor.centralSinceMs = step.now.atMs;
    const isThere = frame.central === 'connected';
    const text = isThere ? 'Central is there.' : `Central is ${frame.central}: nothing new starts.`;
    step.effects.push({ kind: 'message', level: isThere ? 'good' : 'warn', text });
  }
  monitor.central = frame.central;
  monitor.lastCheckMs = step.now.awakeMs;
  monitor.lossHandled = false;
  if (frame.clockOffsetMs !== null) live.centralOffsetMs = frame.clockOffsetMs + (linkOffsetMs ?? 0);
  step.effects.push({
    kind: 'frame',
    frame: {
      v: MESSAGE_VERSION, id: messageId(`h-${frame.id}`.slice(0, 128)), re: frame.id, type: 'health',
      status: health.status, reason: health.reason, sinceMs: health.sinceMs, bus, hasKey: key.held,
    },
  });
  for (const connector of step.point.kept.connectors) startIfReady(step, connector);
}

/** Central's welcome: who we are, the key, what Central holds. */
function takeSetup(step: Step, frame: EngineSetup): void {
  const { kept, live } = step.point;
  kept.siteId = frame.siteId;
  kept.place = frame.place;
  kept.monitorLossPolicy = frame.monitorLossPolicy;
  live.tariff = frame.tariff;
  adoptConnectors(step, frame.connectors);
  adoptCommandNumber(step, frame.nextCommandNumber);
  setOperative(step, frame.operative, kept.note);
  live.key = { held: true, sinceMs: step.now.atMs, why: '', expiresAtMs: frame.key.expiresAtMs };
  if (live.monitor.central === 'unknown') {
    live.monitor.central = 'connected';
    live.monitor.lastCheckMs = step.now.awakeMs;
  }
  const { topicPrefix, partitions } = frame;
  step.effects.push({ kind: 'setup', topicPrefix, partitions }, { kind: 'key', grant: frame.key }, { kind: 'kept' });
  if (frame.acceptedUpTo !== null) takeAcceptedUpTo(step, frame.acceptedUpTo, true);
  // Central knows nothing of a point that it has accepted facts of: its database is a new one.
  else if (kept.accepted !== null) step.effects.push({ kind: 'ask-renumber', previous: null });
  else step.effects.push({ kind: 'send-again' });
  // Facts that are about to be numbered anew take this one with them: see `rebase`.
  if (!step.effects.some((effect) => effect.kind === 'ask-renumber')) reportHeld(step);
}

/** The registry's connectors; one that is gone stays until its car has left, and its meter for when it comes back. */
function adoptConnectors(step: Step, connectors: readonly Connector[]): void {
  const { kept } = step.point;
  for (const told of connectors) {
    const known = connectorOf(step.point, told.connectorNo);
    if (known === undefined) {
      const meter = kept.retired.find((c) => c.connectorNo === told.connectorNo);
      kept.connectors.push({ ...newConnector(told), ...meter });
    } else Object.assign(known, { type: told.type, maxPowerW: told.maxPowerW });
  }
  const numbers = connectors.map((c) => c.connectorNo);
  const stays = (c: ConnectorState): boolean =>
    numbers.length === 0 || numbers.includes(c.connectorNo) || c.plug !== null;
  const gone = kept.connectors.filter((c) => !stays(c));
  kept.connectors = kept.connectors.filter(stays).sort((a, b) => a.connectorNo - b.connectorNo);
  kept.retired = [...kept.retired, ...gone]
    .filter((c) => connectorOf(step.point, c.connectorNo) === undefined)
    .map(({ connectorNo, registerWh, remainderWms }) => ({ connectorNo, registerWh, remainderWms }));
}

/** A new journal begins at Central's next command; a Central that counts below what we know has begun anew. */
function adoptCommandNumber(step: Step, nextNumber: number): void {
  const { kept } = step.point;
  if (kept.lastCommand !== null && kept.lastCommand < nextNumber) return;
  if (kept.lastCommand !== null && kept.lastCommand > nextNumber) {
    logStep(step, 'warn', 'commands-begin-anew', { last: kept.lastCommand, next: nextNumber });
  }
  kept.lastCommand = nextNumber - 1;
}
