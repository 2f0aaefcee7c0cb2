// Somebody who can write to the bus: repeats what others have sent, uses keys that were revoked, and speaks for others
// under a good key. Nothing of it may take effect; what is taken all the same fails the run.
import type { KeyRow } from '../../ev-central/core/rows.ts';
import { CENTRAL, seal, sealKey } from '../../shared/seal.ts';
import { isForged, MARK } from './forged.ts';
import type { Town } from './town.ts';

export class Forger {
  readonly #town: Town;
  #sent = 0;

  constructor(town: Town) {
    this.#town = town;
    town.world.onNotes.push((what, { id }) => {
      const isTaken = (what === 'fact-in' || what === 'request-in') && isForged(String(id));
      if (isTaken) town.world.fail(`the forged message ${String(id)} was taken in`);
    });
  }

  /** Some records of the logs stand there once more. */
  replay(): void {
    const { cluster, world: { chance } } = this.#town;
    const count = chance.whole(1, 8);
    for (let at = 0; at < count; at += 1) {
      const record = cluster.anyRecord();
      if (record !== null) cluster.append({ ...record, key: record.key ?? '' });
    }
  }

  forge(): void {
    const { central, world: { chance } } = this.#town;
    const keys = [...central.running?.state.keys.values() ?? []]
      .filter(({ kind, revokedAtMs }) => (kind === 'point' || kind === 'login') && revokedAtMs !== null);
    if (keys.length > 0 && chance.is(0.8)) return this.#underRevoked(chance.of(keys));
    this.#forAnother();
  }

  /** The owner of a revoked key goes on as if nothing had happened. */
  #underRevoked(key: KeyRow): void {
    if (key.kind === 'point') this.#sendFact(key, key.ownerId);
    else this.#sendRequest(key, key.ownerId);
  }

  /** A point or a driver with a good key says that it is another. */
  #forAnother(): void {
    const { central, points, drivers, world: { chance } } = this.#town;
    const state = central.running?.state;
    if (state === undefined) return;
    const [one, other] = [chance.of(points).pointId, chance.of(points).pointId];
    const pointKey = state.pointStates.get(one)?.keyId ?? null;
    const key = pointKey === null ? undefined : state.keys.get(pointKey);
    if (key !== undefined && one !== other) this.#sendFact(key, other);
    const login = [...state.keys.values()].find(({ kind, revokedAtMs }) => kind === 'login' && revokedAtMs === null);
    const victim = chance.of(drivers).driverId;
    if (login !== undefined && login.ownerId !== victim) this.#sendRequest(login, victim);
  }

  /** The next fact of a point: somebody plugs in. */
  #sendFact(key: KeyRow, pointId: string): void {
    const { central, points } = this.#town;
    const accepted = [...central.running?.state.pointStates.values() ?? []]
      .find((point) => point.pointId === pointId)?.accepted;
    if (accepted === undefined || accepted === null) return;
    const { bootId, seq } = accepted;
    const siteId = points.find((point) => point.pointId === pointId)?.siteId ?? '';
    this.#send(key, { topic: 'ev.facts', at: siteId, body: {
      type: 'plugged', pointId, bootId, seq: seq + 1, uptimeMs: 1, connectorNo: 1, vehicle: null,
    } });
  }

  #sendRequest(key: KeyRow, driverId: string): void {
    const { points, world: { chance } } = this.#town;
    const { pointId, siteId } = chance.of(points);
    this.#send(key, { topic: 'ev.requests', at: siteId, body: {
      type: 'charge', requestId: `r-forged-${this.#sent}`, driverId,
      target: { kind: 'point', pointId, connectorNo: null }, fit: { connectorType: null, minPowerW: null },
      goal: { energyWh: null, amountMinor: null, socPercent: null }, mayQueue: true,
      expiresAtMs: this.#nowMs() + 20_000,
    } });
  }

  #send(key: KeyRow, { topic, at, body }: {
    topic: string; at: string; body: Readonly<Record<string, unknown>>;
  }): void {
    this.#sent += 1;
    const mid = `${MARK}${this.#sent}`;
    const text = JSON.stringify({ v: 1, id: mid, atMs: this.#nowMs(), corr: `c-${mid}`, ...body });
    const opened = sealKey(key.keyId, key.keyBase64);
    const { headers, value } = seal(opened, 'up', topic, { from: key.ownerId, to: CENTRAL, mid }, text);
    this.#town.world.note('forger', 'sends', { mid, keyId: key.keyId, type: body['type'] });
    this.#town.cluster.append({ topic, key: at, headers, value });
  }

  #nowMs(): number {
    return this.#town.central.life?.clock.now() ?? 0;
  }
}
