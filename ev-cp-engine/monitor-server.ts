// Takes the links of monitors: one monitor at a time for a point. A fleet listens on one port; the first frame names
// the point. Off the loopback the pairing code that was given to both at their start is asked for.
import { type PointId, messageId } from '../shared/ids.ts';
import { LIMITS } from '../shared/limits.ts';
import type { Log } from '../shared/log.ts';
import { checkMessage, type ToEngine, toEngineSchema } from '../shared/messages/catalogue.ts';
import type { EngineHello } from '../shared/messages/engine-hello.ts';
import { MESSAGE_VERSION } from '../shared/messages/message.ts';
import type { Link } from '../shared/wire/link.ts';
import { createPairing } from './pairing.ts';
import type { Hosted, Station } from './station.ts';

export type MonitorServerOptions = {
  readonly station: Station;
  readonly log: Log;
  /** Null: none is asked for (loopback). */
  readonly pairingCode: string | null;
  /** The point of a name, if this process takes it; else why not. */
  readonly pointFor: (pointId: PointId) => Hosted | string;
};

/** Returns what to do with a link that a monitor has opened. */
export function createMonitorServer(options: MonitorServerOptions): (link: Link, remoteAddress: string) => void {
  const { station, log } = options;
  const links = new Map<Hosted, Link>();
  const pairingFault = createPairing(options.pairingCode, () => station.now().awakeMs);

  function take(link: Link, remoteAddress: string): void {
    let hosted: Hosted | null = null;
    link.onMessage = (message) => {
      const parsed = checkMessage(toEngineSchema, message);
      if (!parsed.ok) {
        log('warn', 'frame-dropped', { remoteAddress, pointId: hosted?.pointId, why: parsed.detail });
        if (hosted === null) link.close({ code: 'malformed-frame', detail: 'the first frame names nobody' });
        return;
      }
      if (hosted === null) hosted = greet(link, remoteAddress, parsed.message);
      else station.take(hosted, { kind: 'frame', frame: parsed.message, linkOffsetMs: link.clockOffsetMs });
    };
    link.onClose = (reason) => {
      if (hosted === null || links.get(hosted) !== link) return;
      links.delete(hosted);
      hosted.sendFrame = null;
      const why = `${reason.code}: ${reason.detail}`;
      const level = reason.code === 'closed' ? 'info' : 'warn';
      log(level, 'monitor-gone', { pointId: hosted.pointId, remoteAddress, why });
      station.take(hosted, { kind: 'monitor-down' });
    };
  }

  /** Answers the hello; null when the monitor is not taken (its link ends then). */
  function greet(link: Link, remoteAddress: string, hello: ToEngine): Hosted | null {
    if (hello.type !== 'hello-engine') {
      link.close({ code: 'refused', detail: 'the first frame must be hello-engine' });
      return null;
    }
    const found = admit(hello, remoteAddress.replace(/:\d+$/, ''));
    const taken = typeof found !== 'string';
    link.send({
      v: MESSAGE_VERSION, id: messageId(`w-${hello.id}`.slice(0, 128)), re: hello.id, type: 'welcome-engine', taken,
      reason: taken ? '' : found,
      bootId: taken ? found.point.kept.bootId : Math.max(1, Math.floor(station.now().atMs / 1_000)),
    });
    if (!taken) {
      log('warn', 'monitor-refused', { remoteAddress, pointId: hello.pointId, why: found });
      station.message('warn', `A monitor at ${remoteAddress} was refused: ${found}.`);
      link.close({ code: 'refused', detail: found });
      return null;
    }
    const older = links.get(found);
    links.set(found, link);
    older?.close({ code: 'replaced', detail: 'another monitor has taken this point' });
    found.sendFrame = (frame) => link.send(frame);
    log('info', 'monitor-there', { pointId: found.pointId, remoteAddress });
    station.take(found, { kind: 'monitor-up' });
    return found;
  }

  function admit(hello: EngineHello, address: string): Hosted | string {
    const fault = pairingFault(hello.pairingCode, address);
    if (fault !== null) return fault;
    const hosted = options.pointFor(hello.pointId);
    if (typeof hosted === 'string') return hosted;
    const older = links.get(hosted);
    return older !== undefined && isAlive(hosted, station.now().awakeMs) ? 'this point has a monitor already' : hosted;
  }

  return take;
}

/** Whether the monitor that the point has still asks for its health. */
function isAlive({ point }: Hosted, awakeMs: number): boolean {
  const { connected, lastCheckMs } = point.live.monitor;
  return connected && lastCheckMs !== null && awakeMs - lastCheckMs <= LIMITS.deadPeerMs;
}
