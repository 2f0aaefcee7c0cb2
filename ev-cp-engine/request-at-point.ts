// A charge asked for at the point itself, with id and PIN: it goes to Central through the monitor, never over Kafka.
// Pure. The PIN is in the frame and nowhere else: not in the state, not in a log.
import { correlationId, isId, messageId, requestId, userId } from '../shared/ids.ts';
import { MESSAGE_VERSION } from '../shared/messages/message.ts';
import { isCentralAway } from './charging.ts';
import { whyNotLocal } from './permission.ts';
import { connectorOf, type EngineInput, logStep, type Step } from './point-state.ts';

/** Ids and correlation ids are bounded: a long point's id is cut from the left. */
const POINT_ID_PART = 36;

/** Sends the request to the monitor, or says why it can't be made here now. */
export function askAtPoint(step: Step, input: EngineInput & { kind: 'request' }): void {
  const refusal = refusalOf(step, input);
  step.effects.push({
    kind: 'answer', ok: refusal === null, text: refusal ?? `Central is asked for ${input.driverId}.`,
  });
  if (refusal !== null) return;
  const { kept, live } = step.point;
  live.requests += 1;
  const name = `${kept.pointId.slice(-POINT_ID_PART)}-${kept.bootId.toString(36)}-${live.requests}`;
  const corr = correlationId(`c-l-${name}`);
  const { connectorNo, pin, goal } = input;
  step.effects.push({
    kind: 'frame',
    frame: {
      v: MESSAGE_VERSION, id: messageId(`r-${name}`), re: null, type: 'engine-local-request',
      requestId: requestId(`l-${name}`), driverId: userId(input.driverId), pin, connectorNo, goal, corr,
    },
  });
  logStep(step, 'info', 'request-at-point', { driver: input.driverId, connector: connectorNo, corr });
}

function refusalOf(step: Step, { connectorNo, driverId, pin }: EngineInput & { kind: 'request' }): string | null {
  const reason = whyNotLocal(step.point, connectorOf(step.point, connectorNo), 'request');
  if (reason !== null) return reason;
  if (isCentralAway(step)) return 'EV_Central cannot be reached: nothing can be asked for here.';
  if (!isId(driverId)) return 'That is no driver’s id.';
  return pin.length >= 4 && pin.length <= 12 ? null : 'A PIN has 4 to 12 digits.';
}
