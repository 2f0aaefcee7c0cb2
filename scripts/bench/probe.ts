// A driver's client inside the bench: the shipped client on its own link and bus, so that a time is taken where a
// driver's screen would show the answer, and no pipe between two processes is in it.
import { Command } from 'commander';
import { openDriverNode } from '../../ev-driver/driver-node.ts';
import { DRIVER_SETTINGS } from '../../ev-driver/settings.ts';
import type { DriverClient } from '../../ev-driver/driver-client.ts';
import type { ClientEvent } from '../../ev-driver/client-state.ts';
import { addSettings, readSettings } from '../../shared/config.ts';
import { pointId, type RequestId, userId } from '../../shared/ids.ts';
import type { Notice } from '../../shared/messages/notice.ts';
import { NO_GOAL } from '../../shared/messages/values.ts';
import type { Stage } from './bench.ts';
import { type Place, PROBE, waitUntil } from './fleets.ts';
import type { Network } from '../network/network.ts';

const LOGIN_MS = 30_000;
const ANSWER_MS = 20_000;

type Heard = { readonly type: Notice['type']; readonly atMs: number };

/** Has a lifetime: the link and the bus. */
export class Probe {
  readonly #client: DriverClient;
  readonly #heard = new Map<string, Heard[]>();
  readonly #trouble = new Map<string, string>();
  #told: () => void = () => undefined;

  /** Logs the probe's driver in; she is logged out when the stage ends. */
  static async open(stage: Stage, network: Network): Promise<Probe> {
    const probe = new Probe(stage, network);
    const { state } = probe.#client;
    await waitUntil(() => state.login.state === 'in' && state.bus.state === 'up', stage,
      { what: 'the probe is logged in', timeoutMs: LOGIN_MS, pollMs: 20 });
    return probe;
  }

  private constructor(stage: Stage, network: Network) {
    const command = addSettings(new Command('probe'), DRIVER_SETTINGS).parse([], { from: 'user' });
    const { config } = readSettings(command, DRIVER_SETTINGS, {
      KAFKA_BROKERS: stage.broker.brokers, EV_DRIVER_CENTRAL: network.centralAddress,
    });
    const node = openDriverNode(config, 'probe', () => undefined);
    stage.defer(() => node.close());
    this.#client = node.openClient({
      driverId: userId(PROBE), password: network.secrets.users[PROBE]?.password ?? '', code: null, keep: 'nothing',
      interests: { points: null, sessions: false }, onEvent: (event) => this.#take(event),
    });
  }

  /** Asks for a charge; the value tells in ms how long each notice took, `accepted` and `authorized` among them. */
  async ask(place: Place): Promise<{ requestId: RequestId; acceptedMs: number; authorizedMs: number }> {
    const startedMs = performance.now();
    const requestId = this.#client.ask({
      target: { kind: 'point', pointId: pointId(place.pointId), connectorNo: place.connectorNo }, goal: NO_GOAL,
      fit: { connectorType: null, minPowerW: null }, mayQueue: false,
    });
    const authorizedMs = (await this.#until(requestId, 'authorized')) - startedMs;
    const acceptedMs = (await this.#until(requestId, 'accepted')) - startedMs;
    return { requestId, acceptedMs, authorizedMs };
  }

  /** Takes a request back; resolves when EV_Central has said that it is over. */
  async cancel(requestId: RequestId): Promise<void> {
    this.#client.cancel(requestId);
    await this.#until(requestId, 'ended');
    this.#heard.delete(requestId);
  }

  #take(event: ClientEvent): void {
    if (event.kind === 'notice' && event.notice.requestId !== null) {
      const { requestId, type } = event.notice;
      const heard = this.#heard.get(requestId) ?? [];
      heard.push({ type, atMs: performance.now() });
      this.#heard.set(requestId, heard);
      if (event.notice.type === 'refused') this.#trouble.set(requestId, `refused: ${event.notice.reason}`);
    } else if (event.kind === 'charge' && event.charge.failed !== null) {
      this.#trouble.set(event.charge.requestId, event.charge.why);
    } else return;
    this.#told();
  }

  /** When a notice of this type came (or has come). */
  #until(requestId: RequestId, type: Notice['type']): Promise<number> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => finish(() => reject(new Error(
        `the probe was not told “${type}” within ${ANSWER_MS} ms`))), ANSWER_MS);
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        this.#told = () => undefined;
        settle();
      };
      this.#told = () => {
        const found = this.#heard.get(requestId)?.find((each) => each.type === type);
        const trouble = this.#trouble.get(requestId);
        if (found !== undefined) finish(() => resolve(found.atMs));
        else if (trouble !== undefined) finish(() => reject(new Error(`the probe's request failed: ${trouble}`)));
      };
      this.#told();
    });
  }
}
