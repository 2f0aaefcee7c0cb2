// The frame of the drills that spoil links: three points charge and two drivers wait, each kind of link is spoilt in
// turn and mended again, and at the end every charge has delivered and billed what was asked for, once.
import { type Cables, type LinkUnderTest, linksOf, withCables } from './cables.ts';
import type { Stage } from './drill.ts';
import type { NetworkWish } from './drill-network.ts';
import { registerWh } from './point-sight.ts';
import { type Charge, chargesAndQueue } from './scene.ts';

/** More than a minute of charging, whatever the car: three links one after the other. */
export const LONG_CHARGES = { speed: 60, maxPowerW: 11_000 } as const satisfies NetworkWish;
export const LONG_CHARGE_WH = { from: 11_500, to: 12_500 } as const;

/** `spoil` spoils a link, looks at what follows, and mends it. */
export async function onEachLink(
  stage: Stage, spoil: (link: LinkUnderTest, charge: Charge, cables: Cables) => Promise<void>,
): Promise<void> {
  const { network, chance } = stage;
  await withCables(stage, async (cables) => {
    const scene = await chargesAndQueue(stage, { waiting: 2, energyWh: LONG_CHARGE_WH });
    const charge = chance.of(scene.charges);
    for (const link of chance.shuffled(linksOf(stage, cables, charge))) {
      const beforeWh = await registerWh(network, charge.pointId);
      await spoil(link, charge, cables);
      link.cable.setMode({ kind: 'pass' });
      const gainedWh = await registerWh(network, charge.pointId) - beforeWh;
      const isOver = charge.isOver();
      stage.expect(`the charge of ${charge.driverId} went on meanwhile (${link.name})`, gainedWh > 0 && !isOver,
        `${gainedWh} Wh`);
    }
    await scene.settle();
    const tickets = await Promise.all(scene.charges.map((each) => each.told('ticket')));
    const asExpected = tickets.every(({ ticket }, i) => ticket.energyWh === scene.charges[i]?.energyWh);
    stage.expect('each ticket bills what its driver had asked for', asExpected,
      tickets.map(({ ticket }, i) =>
        `${ticket.energyWh} of ${scene.charges[i]?.energyWh ?? 0} Wh, ${ticket.endReason}`).join('; '));
    await stage.reconcile();
  });
}
