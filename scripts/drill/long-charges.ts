// Charges that outlast whatever a drill does to them, on a busy machine too: they end when their drivers stop them.
import type { Stage } from './drill.ts';
import type { NetworkWish } from './drill-network.ts';
import { until } from './patience.ts';
import type { Charge } from './scene.ts';

/** 92 Wh a second, whatever the car: nearly three minutes. */
export const LONG_CHARGES = { speed: 30, maxPowerW: 11_000 } as const satisfies NetworkWish;
/** Every car has room for it. */
export const LONG_CHARGE_WH = { from: 14_500, to: 16_000 } as const;

const GOING_ON = ['charging', 'suspended'];

/**
 * When all of them go on, the drivers stop their charges; expects that it was they who ended them, each with a ticket.
 */
export async function endByDrivers({ network, say, expect }: Stage, charges: readonly Charge[]): Promise<void> {
  // One whose engine was out of reach counts as broken off until its next sample; until then it cannot be stopped.
  await until(() => network.sessionStates(), (states) => charges.every(({ sessionId }) =>
    GOING_ON.includes(states[sessionId] ?? '')), { what: 'every charge goes on' });
  say(`${charges.map(({ driverId }) => driverId).join(', ')}: stop`);
  for (const { driverId, requestId } of charges) network.driver(driverId).stop(requestId);
  const tickets = await Promise.all(charges.map((charge) => charge.told('ticket')));
  expect('nothing but its driver has ended a charge', tickets.every(({ ticket }) => ticket.endReason === 'driver'),
    tickets.map(({ ticket }) => `${ticket.driverId} ${ticket.energyWh} Wh (${ticket.endReason})`).join(', '));
}
