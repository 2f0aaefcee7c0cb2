// The frame of the drills that spoil links: three points charge and two drivers wait, each kind of link is spoilt in
// turn and mended again; at the end every charge goes on, until its driver stops it, and is billed once.
import { type Cables, type LinkUnderTest, linksOf, withCables } from './cables.ts';
import type { Stage } from './drill.ts';
import { endByDrivers, LONG_CHARGE_WH } from './long-charges.ts';
import { registerWh } from './point-sight.ts';
import { type Charge, chargesAndQueue } from './scene.ts';

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
    await endByDrivers(stage, scene.charges);
    await scene.settle();
    await stage.reconcile();
  });
}
