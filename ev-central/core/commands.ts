// Commands to points: numbered per point, each with a time-out and a recorded result.
import { assertNever } from '../../shared/assert.ts';
import type { CorrelationId, PointId, SessionId } from '../../shared/ids.ts';
import type { Command } from '../../shared/messages/catalogue.ts';
import type { CommandRefusal } from '../../shared/messages/refusal.ts';
import type { StopSession } from '../../shared/messages/stop-session.ts';
import type { EndReason } from '../../shared/messages/values.ts';
import type { CommandRecord } from './rows.ts';
import { commandKey, type State } from './state.ts';
import { emit, envelope, pointEvent, type Step } from './step.ts';

type Numbered = Exclude<Command, { type: 'accepted' }>;
type CommandOf<T extends Numbered['type']> = Extract<Numbered, { type: T }>;
type CommandBody = {
  [T in Numbered['type']]: Omit<CommandOf<T>, 'v' | 'id' | 'atMs' | 'corr' | 'number'>
}[Numbered['type']];

/** A session's command is looked for among so many of its point's newest ones. */
const COMMANDS_SEARCHED = 1_000;

/** Sends a command and opens its record. Returns its number. */
export function sendCommand(step: Step, pointId: PointId, corr: CorrelationId, body: CommandBody): number {
  const { state, now } = step;
  const pointState = state.pointStates.must(pointId);
  const number = pointState.commandNumber + 1;
  state.pointStates.put({ ...pointState, commandNumber: number });
  const record: CommandRecord = {
    pointId, number, type: body.type, sessionId: sessionOf(body), sentAtMs: now,
    deadlineMs: now + state.settings.commandTimeoutMs, outcome: 'open', reason: null,
  };
  state.commands.put(record);
  state.deadlines.add('command', commandKey(pointId, number), record.deadlineMs);
  const message: Command = { ...envelope(step, corr), ...body, number };
  emit(step, { kind: 'send', topic: 'commands', key: state.points.must(pointId).siteId, to: pointId, message });
  return number;
}

/** Tells a point to end a session, or to serve nobody with it. Whoever orders it says under which correlation id. */
export function sendStop(
  step: Step, pointId: PointId, { sessionId, corr }: Pick<StopSession, 'sessionId' | 'corr'>, reason: EndReason,
): void {
  sendCommand(step, pointId, corr, { type: 'stop', sessionId, reason });
}

/** Records what became of a command; undefined when it is unknown or was decided before. */
export function closeCommand(
  step: Step, pointId: PointId, number: number, outcome: 'done' | 'refused' | 'timed-out',
  reason: CommandRefusal | null,
): CommandRecord | undefined {
  const record = step.state.commands.get(commandKey(pointId, number));
  if (record === undefined || record.outcome === 'done' || record.outcome === 'refused') return undefined;
  const closed: CommandRecord = { ...record, outcome, reason };
  step.state.commands.put(closed);
  // What an operator has ordered has its result; so has what was first held to be lost.
  const isOrdered = record.type !== 'authorize' && record.type !== 'stop';
  if (outcome !== 'done' || isOrdered || record.outcome === 'timed-out') {
    pointEvent(step, 'command', pointId, { number, type: record.type, outcome, reason, sessionId: record.sessionId });
  }
  return closed;
}

/** The newest command of this type for this session at this point, as long as it is not too old to be found. */
export function newestCommand(
  state: State, pointId: PointId, { type, sessionId }: { type: CommandRecord['type']; sessionId: SessionId },
): CommandRecord | undefined {
  const last = state.pointStates.must(pointId).commandNumber;
  for (let number = last; number > Math.max(0, last - COMMANDS_SEARCHED); number -= 1) {
    const record = state.commands.get(commandKey(pointId, number));
    if (record?.type === type && record.sessionId === sessionId) return record;
  }
  return undefined;
}

function sessionOf(body: CommandBody): SessionId | null {
  switch (body.type) {
    case 'authorize':
    case 'stop':
      return body.sessionId;
    case 'set-operative':
    case 'set-power-limit':
    case 'reset':
    case 'unlock':
      return null;
    default:
      return assertNever(body, 'command');
  }
}
