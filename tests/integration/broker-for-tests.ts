// A real broker for integration and end-to-end tests: the one that `npm test` has started for the whole run
// (EV_TEST_BROKERS), else one of this test file's own, which ends with it. Each test keeps to its own topic prefix.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { startBroker, type Broker } from '../../scripts/broker.ts';

let own: Promise<Broker> | undefined;

/** `host:port` of a broker that answers. Call it inside a test or a `beforeAll`. */
export async function brokerForTests(): Promise<string> {
  const given = process.env['EV_TEST_BROKERS'];
  if (given !== undefined && given !== '') return given;
  own ??= ownBroker();
  return (await own).brokers;
}

/** A broker that a test may kill. The caller ends it with `removeBroker`. */
export async function ownBroker(): Promise<Broker> {
  const dir = await mkdtemp(join(tmpdir(), 'ev-test-broker-'));
  return startBroker({ dir, log: () => undefined });
}

/** Ends a broker made by `ownBroker`, at once, and removes its data. */
export async function removeBroker(broker: Broker): Promise<void> {
  await broker.kill9();
  await rm(broker.dir, { recursive: true, force: true });
}

/** A topic prefix that no other test uses. */
export function randomPrefix(): string {
  return `test-${randomBytes(6).toString('hex')}`;
}

afterAll(async () => {
  if (own !== undefined) await removeBroker(await own);
});
