// `admin tariff`: OCPI 2.2.1 tariffs from files, or simple ones from options. Putting a changed one makes a version.
import type { Command } from 'commander';
import type { OcpiTariff, PriceComponent } from '../../shared/messages/ocpi-tariff.ts';
import { addRemove, addListAndShow } from './admin-registry.ts';
import { giveOrder, readList } from './order-desk.ts';
import { printList } from './output.ts';
import { readOcpiTariff } from './price-files.ts';
import { report, UsageError, withDesk } from './tool-action.ts';
import { addToolOptions } from './tool-options.ts';
import { checkedOrder, numberOf, priceOf, textOf } from './typed-options.ts';
import type { Own } from './tool-action.ts';

export function addTariffCommands(admin: Command): void {
  const tariff = admin.command('tariff').description('prices: OCPI 2.2.1 tariffs, in versions');
  addToolOptions(tariff.command('put <file>')
    .description('puts an OCPI tariff (JSON); what differs becomes a new version, for sessions that begin from then on')
    .option('--id <id>', 'another id than the one in the file'))
    .action(withDesk(async ({ desk, options }, [file = ''], own) => {
      const read = readOcpiTariff(file);
      const id = textOf(own, 'id') ?? read.id;
      if (id === undefined || id === null) throw new UsageError('the tariff has no id: give --id');
      report(await giveOrder(desk, checkedOrder({ kind: 'put-tariff', tariff: { ...read, id } })), options);
    }));
  addToolOptions(tariff.command('add <id>').description('puts a simple tariff; prices are without VAT')
    .option('--currency <code>', 'of all its prices', 'EUR').option('--kwh <price>', 'price of a kWh')
    .option('--hour <price>', 'price of an hour of charging')
    .option('--parking <price>', 'price of an hour plugged in without charging')
    .option('--session <price>', 'price of a session').option('--vat <per cent>', 'VAT on all of them'))
    .action(withDesk(async ({ desk, options }, [id = ''], own) => {
      const put = { ...simpleTariff(own), id };
      report(await giveOrder(desk, checkedOrder({ kind: 'put-tariff', tariff: put })), options);
    }));
  addAssign(tariff);
  addListAndShow(tariff, {
    what: 'tariffs', key: 'tariffId',
    columns: ['tariffId', 'version', 'currency', 'prices', 'validFrom', 'validUntil'],
  });
  addRemove(tariff, (id) => checkedOrder({ kind: 'remove-tariff', tariffId: id }));
}

function addAssign(tariff: Command): void {
  const places = (command: Command): Command => command.option('--site <id>', 'at this site')
    .option('--point <id>', 'at this point').option('--connector <number>', 'at this connector of the point');
  addToolOptions(places(tariff.command('assign <id> <group>')
    .description('gives the members of a group this tariff instead of the one of site, point or connector')))
    .action(withDesk(async ({ desk, options }, [tariffId = '', groupId = ''], own) => {
      report(await giveOrder(desk, checkedOrder({ kind: 'assign-tariff', groupId, place: placeOf(own), tariffId })),
        options);
    }));
  addToolOptions(places(tariff.command('unassign <group>').description('takes a tariff from the members of a group')))
    .action(withDesk(async ({ desk, options }, [groupId = ''], own) => {
      const order = checkedOrder({ kind: 'assign-tariff', groupId, place: placeOf(own), tariffId: null });
      report(await giveOrder(desk, order), options);
    }));
  addToolOptions(tariff.command('assigned').description('lists the tariffs of groups')
    .option('--group <id>', 'of this group'))
    .action(withDesk(async ({ desk, options }, _args, own) => {
      const group = textOf(own, 'group');
      printList(await readList(desk, 'group-tariffs', group === undefined ? {} : { groupId: group }), options);
    }));
}

function placeOf(own: Own) {
  const [site, point, no] = [textOf(own, 'site'), textOf(own, 'point'), numberOf(own, 'connector')];
  if (no !== undefined && point === undefined) throw new UsageError('--connector is one of a --point');
  if (site !== undefined && point !== undefined) throw new UsageError('give --site or --point: a point has a site');
  if (site !== undefined) return { kind: 'site', siteId: site } as const;
  if (point === undefined) return { kind: 'everywhere' } as const;
  if (no === undefined) return { kind: 'point', pointId: point } as const;
  return { kind: 'connector', pointId: point, connectorNo: no } as const;
}

const KINDS = [
  { name: 'kwh', type: 'ENERGY' }, { name: 'hour', type: 'TIME' }, { name: 'parking', type: 'PARKING_TIME' },
  { name: 'session', type: 'FLAT' },
] as const;

function simpleTariff(own: Own): Pick<OcpiTariff, 'elements'> & { currency: string } {
  const vat = priceOf(own, 'vat');
  const components = KINDS.flatMap(({ name, type }): PriceComponent[] => {
    const price = priceOf(own, name);
    return price === undefined ? [] : [{ type, price, ...(vat === undefined ? {} : { vat }), step_size: 1 }];
  });
  if (components.length === 0) throw new UsageError('give a price: --kwh, --hour, --parking or --session');
  return { currency: textOf(own, 'currency') ?? 'EUR', elements: [{ price_components: components }] };
}
