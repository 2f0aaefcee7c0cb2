// A scripted charge, for the replay of recorded sessions: the point's own clock is set to the recorded times and the
// meter gives exactly the recorded energy, as fast as Central follows. Pure. The steps: with the authorization the car
// is plugged and the charge starts; when Central has the start, a few readings go out; when they are sent, it ends.
import { invariant } from '../shared/assert.ts';
import type { EndReason } from '../shared/messages/values.ts';
import { addToMeter, endSession, mayStart, startSession, takeSample } from './charging.ts';
import { reportPlugged, reportUnplugged } from './fact.ts';
import { connectorOf, type ConnectorState, type RunningScript, type SessionScript, type Step,
} from './point-state.ts';
import { WMS_PER_WH } from './vehicle.ts';

const SAMPLE_EVERY_MS = 15 * 60_000;
const SAMPLES_MAX = 8;
/** How long a phase waits for Central's acceptance or for the readings to leave; then it goes on without. */
const PHASE_MS = 3_000;

/** Starts the script that is meant for this connector's authorization, if there is one. */
export function startScript(step: Step, connector: ConnectorState): boolean {
  const { live } = step.point;
  const { authorization, connectorNo } = connector;
  if (authorization === null || live.running !== null) return false;
  const index = live.scripts.findIndex(({ connectorNo: at, script }) =>
    at === connectorNo && (script.driverId === null || script.driverId === authorization.driverId));
  const script = live.scripts[index]?.script;
  if (script === undefined || !mayStart(step, connector)) return false;
  live.scripts.splice(index, 1);
  setClock(step, script.startAtMs);
  if (connector.plug !== null) unplugCar(step, connector);
  connector.plug = { vehicle: null, served: null };
  reportPlugged(step, connector);
  const session = startSession(step, connector, { scripted: true });
  session.powerW = averagePowerW(script);
  const { seq } = step.point.kept;
  live.running = { ...script, connectorNo, phase: 'started', startSeq: seq, untilMs: step.now.awakeMs + PHASE_MS };
  if (sampleCount(script) === 0) goToEnd(step, connector, live.running);
  return true;
}

/** Goes on where the script waits: after an acceptance, after readings were sent, at each tick. */
export function continueScript(step: Step, sent: 'samples-sent' | null = null): void {
  const { kept, live } = step.point;
  const { running } = live;
  if (running === null) return;
  const connector = connectorOf(step.point, running.connectorNo);
  invariant(connector !== undefined && connector.session !== null, 'a running script has a session');
  const late = step.now.awakeMs > running.untilMs;
  const isAccepted = kept.accepted !== null && kept.accepted.bootId === kept.bootId
    && kept.accepted.seq >= running.startSeq;
  if (running.phase === 'started' && (isAccepted || late)) {
    sendReadings(step, connector, running);
    running.phase = 'sampled';
    running.untilMs = step.now.awakeMs + PHASE_MS;
  } else if (running.phase === 'sampled' && (sent !== null || late)) {
    goToEnd(step, connector, running);
  }
}

/** Central's stop ends a scripted charge at its recorded end. False: no script runs here. */
export function endScriptAtStop(step: Step, connector: ConnectorState, reason: EndReason): boolean {
  const { running } = step.point.live;
  if (running === null || running.connectorNo !== connector.connectorNo || reason !== 'driver') return false;
  end(step, connector, running, reason);
  return true;
}

function goToEnd(step: Step, connector: ConnectorState, running: RunningScript): void {
  running.phase = 'at-end';
  if (running.endBy === 'unplug') end(step, connector, running, 'unplugged');
  else if (connector.session !== null) {
    step.effects.push({ kind: 'script-at-end', sessionId: connector.session.sessionId });
  }
}

function end(step: Step, connector: ConnectorState, running: RunningScript, reason: EndReason): void {
  const { session } = connector;
  invariant(session !== null, 'a running script has a session');
  setClock(step, running.endAtMs);
  giveUpTo(connector, session.meterStartWh + running.energyWh);
  const chargedUptimeMs = running.endAtMs - running.startAtMs;
  endSession(step, connector, reason, { endedAtMs: running.endAtMs, chargedUptimeMs });
  unplugCar(step, connector);
}

function unplugCar(step: Step, connector: ConnectorState): void {
  connector.plug = null;
  reportUnplugged(step, connector.connectorNo);
}

function sendReadings(step: Step, connector: ConnectorState, running: RunningScript): void {
  const { session } = connector;
  if (session === null) return;
  const count = sampleCount(running);
  const durationMs = running.endAtMs - running.startAtMs;
  for (let i = 1; i <= count; i++) {
    const sinceStartMs = Math.floor((durationMs * i) / (count + 1));
    giveUpTo(connector, session.meterStartWh + Math.floor((running.energyWh * i) / (count + 1)));
    session.lastAtMs = running.startAtMs + sinceStartMs;
    takeSample(step, connector, { atMs: session.lastAtMs, uptimeMs: session.startedUptimeMs + sinceStartMs });
  }
  step.effects.push({ kind: 'meter', connectorNo: connector.connectorNo });
}

function sampleCount({ startAtMs, endAtMs }: SessionScript): number {
  return Math.min(SAMPLES_MAX, Math.floor((endAtMs - startAtMs) / SAMPLE_EVERY_MS));
}

function averagePowerW({ startAtMs, endAtMs, energyWh }: SessionScript): number {
  return endAtMs > startAtMs ? Math.floor((energyWh * WMS_PER_WH) / (endAtMs - startAtMs)) : 0;
}

function giveUpTo(connector: ConnectorState, registerWh: number): void {
  addToMeter(connector, (registerWh - connector.registerWh) * WMS_PER_WH);
}

/** The point's clock shows this now; the uptime goes on by as much as the clock was moved forward during a charge. */
function setClock(step: Step, atMs: number): void {
  const { live } = step.point;
  const skippedMs = atMs - (step.now.atMs + live.clockShiftMs);
  live.clockShiftMs += skippedMs;
  if (live.running !== null && skippedMs > 0) live.bootedUptimeMs -= skippedMs;
}

