// The state machine of one charge point: `handleEngine(point, input, now)` changes the point and says what should
// happen. Pure: no I/O, no clock, no random source. What it decides is carried out by the station (station.ts) once it
// is on the disk. Charging is in charging.ts, commands in command.ts, boots in boot.ts, the table of what each state
// allows in permission.ts.
import { assertNever } from '../shared/assert.ts';
import { LIMITS } from '../shared/limits.ts';
import { bootProcess, rebase } from './boot.ts';
import { applyPower, charging, chargeFor, dropAuthorization, endSession, mayStart, startIfReady, takeSample,
} from './charging.ts';
import { takeCommand } from './command.ts';
import { reportCleared, reportFault, reportPlugged, reportUnplugged } from './fact.ts';
import { healthOf, takeFrame } from './monitor-frame.ts';
import { whyNotLocal } from './permission.ts';
import {
  connectorOf, type EngineEffect, type EngineInput, type Now, type Point, type PointFault, pointTimeMs, type Step,
} from './point-state.ts';
import { askAtPoint } from './request-at-point.ts';
import { continueScript, startScript } from './script.ts';
import { vehicleOf } from './vehicle.ts';

/**
 * Handles one input of a point. Changes `point` in place.
 * @param point the point's state; nobody else changes it
 * @param now the process's clocks at this input, whole ms
 * @returns what should be written, sent and shown, in this order
 */
export function handleEngine(point: Point, input: EngineInput, now: Now): EngineEffect[] {
  const step: Step = { point, now, effects: [] };
  takeInput(step, input);
  healthOf(step);
  return step.effects;
}

function takeInput(step: Step, input: EngineInput): void {
  const { point } = step;
  switch (input.kind) {
    case 'boot': return bootProcess(step, input.salvage);
    case 'command': {
      takeCommand(step, input.command);
      return continueScript(step);
    }
    case 'tick': return tick(step, input.physicsMs);
    case 'plug': return plug(step, input);
    case 'unplug': return unplug(step, input.connectorNo);
    case 'stop-button': return stopButton(step, input.connectorNo);
    case 'pause': return pause(step, input);
    case 'fault': return breakDown(step, input);
    case 'clear': return repair(step, input);
    case 'request': return askAtPoint(step, input);
    case 'monitor-up': case 'monitor-down': return takeMonitor(step, input.kind === 'monitor-up');
    case 'frame': return takeFrame(step, input.frame, input.linkOffsetMs);
    case 'bus': {
      point.live.bus = input.state;
      return;
    }
    case 'journal': {
      point.live.journalTrouble = input.trouble;
      return;
    }
    case 'script': {
      point.live.scripts.push({ connectorNo: input.connectorNo, script: input.script });
      const connector = connectorOf(point, input.connectorNo);
      if (connector === undefined) return answer(step, 'There is no such connector.');
      startScript(step, connector);
      return answer(step, null, 'The script waits for its driver.');
    }
    case 'samples-sent': return continueScript(step, 'samples-sent');
    case 'renumber': return rebase(step, input.previous, input.facts);
    default: assertNever(input, 'input of the engine');
  }
}

/** Once a second: the world moves on, each running charge gives a reading, deadlines are looked at. */
function tick(step: Step, physicsMs: number): void {
  const { point } = step;
  actOnMonitorLoss(step);
  for (const connector of point.kept.connectors) {
    if (connector.authorization !== null && mayStart(step, connector) && !startScript(step, connector)) {
      startIfReady(step, connector);
    }
    if (connector.session === null || connector.session.scripted) continue;
    chargeFor(step, connector, physicsMs);
    takeSample(step, connector);
  }
  continueScript(step);
}

function plug(step: Step, { connectorNo, vehicle }: EngineInput & { kind: 'plug' }): void {
  const connector = connectorOf(step.point, connectorNo);
  const reason = whyNotLocal(step.point, connector, 'plug');
  if (reason !== null || connector === undefined) return answer(step, reason);
  connector.plug = { vehicle: vehicle === null ? null : vehicleOf(vehicle), served: null };
  reportPlugged(step, connector);
  startIfReady(step, connector);
  answer(step, null, `A car is plugged in at connector ${connectorNo}.`);
}

function unplug(step: Step, connectorNo: number): void {
  const connector = connectorOf(step.point, connectorNo);
  const reason = whyNotLocal(step.point, connector, 'unplug');
  if (reason !== null || connector === undefined) return answer(step, reason);
  const corr = connector.session?.corr;
  endSession(step, connector, 'unplugged');
  connector.plug = null;
  reportUnplugged(step, connectorNo, corr);
  answer(step, null, `Connector ${connectorNo} is unplugged.`);
}

function stopButton(step: Step, connectorNo: number): void {
  const connector = connectorOf(step.point, connectorNo);
  const reason = whyNotLocal(step.point, connector, 'stop');
  if (reason !== null || connector === undefined) return answer(step, reason);
  endSession(step, connector, 'driver');
  answer(step, null, 'The charge is stopped.');
}

function pause(step: Step, { connectorNo, paused }: EngineInput & { kind: 'pause' }): void {
  const connector = connectorOf(step.point, connectorNo);
  const reason = whyNotLocal(step.point, connector, 'pause');
  const vehicle = connector?.plug?.vehicle ?? null;
  if (reason !== null || connector === undefined) return answer(step, reason);
  if (vehicle === null) return answer(step, 'This car takes no such order.');
  vehicle.paused = paused;
  if (connector.session !== null) applyPower(connector, connector.session);
  step.effects.push({ kind: 'kept' });
  answer(step, null, paused ? 'The car pauses its charge.' : 'The car goes on charging.');
}

/** Something breaks: the charges that it touches end at once, then the fault is told. */
function breakDown(step: Step, { connectorNo, code, detail }: EngineInput & { kind: 'fault' }): void {
  const { kept } = step.point;
  if (connectorNo !== null && connectorOf(step.point, connectorNo) === undefined) {
    return answer(step, 'There is no such connector.');
  }
  if (kept.faults.some((fault) => fault.code === code && fault.connectorNo === connectorNo)) {
    return answer(step, 'This is broken already.');
  }
  for (const connector of kept.connectors) {
    if (connectorNo !== null && connector.connectorNo !== connectorNo) continue;
    endSession(step, connector, code === 'power-loss' ? 'power-loss' : 'fault');
    dropAuthorization(step, connector, `broken: ${code}`);
  }
  const fault: PointFault = { code, connectorNo, sinceMs: pointTimeMs(step), detail };
  kept.faults.push(fault);
  reportFault(step, fault);
  step.effects.push({ kind: 'message', level: 'error', text: `Broken down: ${faultText(fault)}.` });
  answer(step, null, `${faultText(fault)} is on.`);
}

function repair(step: Step, { connectorNo, code }: EngineInput & { kind: 'clear' }): void {
  const { kept } = step.point;
  const isMeant = (fault: PointFault): boolean => {
    if (connectorNo !== null && fault.connectorNo !== connectorNo) return false;
    return code === null ? fault.code !== 'forced' && fault.code !== 'power-loss' : fault.code === code;
  };
  const gone = kept.faults.filter(isMeant);
  if (gone.length === 0) return answer(step, 'Nothing is broken there.');
  kept.faults = kept.faults.filter((fault) => !gone.includes(fault));
  for (const fault of gone) reportCleared(step, fault);
  const names = gone.map(faultText).join(', ');
  step.effects.push({ kind: 'message', level: 'good', text: `Repaired: ${names}.` });
  answer(step, null, `Repaired: ${names}.`);
}

function takeMonitor(step: Step, connected: boolean): void {
  const { monitor } = step.point.live;
  if (monitor.connected === connected) return;
  monitor.connected = connected;
  monitor.sinceMs = step.now.atMs;
  monitor.central = 'unknown';
  monitor.centralSinceMs = step.now.atMs;
  const text = connected ? 'The monitor is there.' : 'The monitor is away: nothing new starts here.';
  step.effects.push({ kind: 'message', level: connected ? 'good' : 'warn', text });
}

/** The named policy for a running charge when nobody has watched the point for 3 s: to its end, or stop. */
function actOnMonitorLoss(step: Step): void {
  const { kept, live } = step.point;
  const { monitor } = live;
  // Central that is away while the monitor pings is another case: then running charges always go on.
  const isSilent = monitor.lastCheckMs !== null && step.now.awakeMs - monitor.lastCheckMs > LIMITS.deadPeerMs;
  if (!isSilent || monitor.lossHandled) return;
  monitor.lossHandled = true;
  if (kept.monitorLossPolicy !== 'stop') return;
  for (const connector of charging(step.point)) endSession(step, connector, 'monitor-lost');
}

function answer(step: Step, refusal: string | null, done = ''): void {
  step.effects.push({ kind: 'answer', ok: refusal === null, text: refusal ?? done });
}

function faultText({ code, connectorNo }: PointFault): string {
  return connectorNo === null ? code : `${code} at connector ${connectorNo}`;
}

