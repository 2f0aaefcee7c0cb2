// What the engine does with each of Central's commands. Pure. Numbered commands are handled once: the number is part of
// the state that is on the disk before anything of the command leaves the process.
import { assertNever } from '../shared/assert.ts';
import { type FactPosition, isBefore } from '../shared/fact-position.ts';
import type { Command } from '../shared/messages/catalogue.ts';
import type { Accepted } from '../shared/messages/accepted.ts';
import type { Authorize } from '../shared/messages/authorize.ts';
import type { CommandRefusal } from '../shared/messages/refusal.ts';
import type { ResetPoint } from '../shared/messages/reset-point.ts';
import type { SetPowerLimit } from '../shared/messages/set-power-limit.ts';
import type { StopSession } from '../shared/messages/stop-session.ts';
import type { UnlockConnector } from '../shared/messages/unlock-connector.ts';
import { rebootPoint } from './boot.ts';
import { applyPower, dropAuthorization, endSession, isCentralAway, startIfReady } from './charging.ts';
import { reportResult } from './fact.ts';
import { whyNotAuthorize } from './permission.ts';
import { centralTimeMs, connectorOf, logStep, type Step } from './point-state.ts';
import { endScriptAtStop, startScript } from './script.ts';

/** Takes one command from the bus. */
export function takeCommand(step: Step, command: Command): void {
  if (command.type === 'accepted') return takeAccepted(step, command);
  const { kept } = step.point;
  const last = kept.lastCommand ?? command.number - 1;
  if (command.number <= last) return logStep(step, 'debug', 'command-again', { number: command.number, last });
  if (command.number > last + 1) {
    logStep(step, 'warn', 'commands-missing', { from: last + 1, before: command.number, corr: command.corr });
  }
  kept.lastCommand = command.number;
  step.effects.push({ kind: 'kept' });
  logStep(step, 'info', 'command', { type: command.type, number: command.number, corr: command.corr });
  switch (command.type) {
    case 'authorize': return takeAuthorize(step, command);
    case 'stop': return takeStop(step, command);
    case 'set-operative': {
      setOperative(step, command.operative, command.note);
      return reportResult(step, command, null);
    }
    case 'set-power-limit': return reportResult(step, command, limitPower(step, command));
    case 'reset': return takeReset(step, command);
    case 'unlock': return reportResult(step, command, unlock(step, command));
    default: assertNever(command, 'command');
  }
}

/** Out of order ends running charges and takes back what was authorized; also from Central's welcome. */
export function setOperative(step: Step, operative: boolean, note: string): void {
  const { kept } = step.point;
  if (kept.operative !== operative) {
    const what = operative ? 'put this point back into service' : 'taken this point out of order';
    const text = `Central has ${what}. ${note}`.trimEnd();
    step.effects.push({ kind: 'message', level: operative ? 'good' : 'warn', text });
  }
  kept.operative = operative;
  kept.note = note;
  step.effects.push({ kind: 'kept' });
  if (operative) return;
  for (const connector of kept.connectors) {
    endSession(step, connector, 'operator');
    dropAuthorization(step, connector, 'out of order');
  }
}

/** Central holds the facts up to here: they may go. `resend` asks for the rest again. */
export function takeAcceptedUpTo(step: Step, upTo: FactPosition, resend: boolean): void {
  const { kept } = step.point;
  if (isBefore({ bootId: kept.bootId, seq: kept.seq }, upTo)) {
    // Facts that this journal never wrote: an older copy was put back in its place. Go on behind what Central holds.
    logStep(step, 'error', 'journal-is-older', { ...upTo, ourBoot: kept.bootId, ourSeq: kept.seq });
    kept.bootId = upTo.bootId;
    step.effects.push({ kind: 'ask-renumber', previous: upTo });
    return;
  }
  if (kept.accepted !== null && isBefore(upTo, kept.accepted)) {
    // Central has lost what it had accepted, and the facts in between are deleted here: go on under a new boot.
    if (resend) step.effects.push({ kind: 'ask-renumber', previous: upTo });
    return;
  }
  kept.accepted = upTo;
  step.effects.push({ kind: 'accepted', upTo });
  if (resend) step.effects.push({ kind: 'send-again' });
}

function takeAccepted(step: Step, { bootId, seq, resend }: Accepted): void {
  takeAcceptedUpTo(step, { bootId, seq }, resend);
}

function takeAuthorize(step: Step, command: Authorize): void {
  const connector = connectorOf(step.point, command.connectorNo);
  // Central repeats an authorization when it is not sure that we still know it (a new boot of ours).
  const isKnown = connector?.authorization?.sessionId === command.sessionId;
  if (connector?.session?.sessionId === command.sessionId) return reportResult(step, command, null);
  if (isKnown && connector !== undefined) connector.authorization = null;
  const refusal = authorizeRefusal(step, command);
  reportResult(step, command, refusal);
  if (refusal !== null || connector === undefined) return;
  const { sessionId, driverId, corr, goal, maxPowerW, plugByMs } = command;
  connector.authorization = { sessionId, driverId, corr, goal, maxPowerW, plugByMs };
  const text = `${driverId} is authorized at connector ${connector.connectorNo}: plug in to charge.`;
  step.effects.push({ kind: 'message', level: 'good', text });
  if (!startScript(step, connector)) startIfReady(step, connector);
}

function authorizeRefusal(step: Step, command: Authorize): CommandRefusal | null {
  if (centralTimeMs(step) > command.plugByMs) return 'expired';
  const refusal = whyNotAuthorize(step.point, connectorOf(step.point, command.connectorNo), command.driverId);
  if (refusal !== null) return refusal;
  if (isCentralAway(step)) return 'central-away';
  return step.point.live.journalTrouble === null ? null : 'journal-full';
}

function takeStop(step: Step, command: StopSession): void {
  const { connectors } = step.point.kept;
  const waiting = connectors.find((c) => c.authorization?.sessionId === command.sessionId);
  const running = connectors.find((c) => c.session?.sessionId === command.sessionId);
  reportResult(step, command, waiting === undefined && running === undefined ? 'session-unknown' : null);
  if (waiting !== undefined) dropAuthorization(step, waiting, `stopped: ${command.reason}`);
  if (running === undefined || endScriptAtStop(step, running, command.reason)) return;
  endSession(step, running, command.reason);
}

function limitPower(step: Step, command: SetPowerLimit): CommandRefusal | null {
  if (centralTimeMs(step) > command.expiresAtMs) return 'expired';
  const { connectors } = step.point.kept;
  const meant = connectors.filter((c) => command.connectorNo === null || c.connectorNo === command.connectorNo);
  if (meant.length === 0) return 'connector-unknown';
  for (const connector of meant) {
    connector.limitW = command.limitW;
    if (connector.session !== null && !connector.session.scripted) applyPower(connector, connector.session);
  }
  const what = command.limitW === null ? 'has lifted the power limit' : `limits power to ${command.limitW} W`;
  step.effects.push({ kind: 'message', level: 'info', text: `Central ${what}.` });
  return null;
}

function takeReset(step: Step, command: ResetPoint): void {
  if (centralTimeMs(step) > command.expiresAtMs) return reportResult(step, command, 'expired');
  for (const connector of step.point.kept.connectors) {
    if (command.kind === 'soft') endSession(step, connector, 'reset');
    dropAuthorization(step, connector, 'reset');
  }
  reportResult(step, command, null);
  step.effects.push({ kind: 'message', level: 'warn', text: `Central has reset this point (${command.kind}).` });
  rebootPoint(step);
}

function unlock(step: Step, command: UnlockConnector): CommandRefusal | null {
  if (centralTimeMs(step) > command.expiresAtMs) return 'expired';
  const connector = connectorOf(step.point, command.connectorNo);
  if (connector === undefined) return 'connector-unknown';
  endSession(step, connector, 'operator');
  const text = `The cable of connector ${command.connectorNo} is unlocked.`;
  step.effects.push({ kind: 'message', level: 'info', text });
  return null;
}
