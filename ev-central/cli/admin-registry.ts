// `admin site|point`: adds, lists, shows, changes and removes. A change repeats what is there and is not named.
import type { Command } from 'commander';
import { pointRowSchema, siteRowSchema } from '../../shared/messages/orders.ts';
import type { Query } from '../../shared/messages/query.ts';
import { makePointSecret } from './credentials.ts';
import { printJson, printList, printRow } from './output.ts';
import type { OrderDesk, Row } from './order-desk.ts';
import { giveOrder, ListRefused, readList } from './order-desk.ts';
import type { Own, Tool } from './tool-action.ts';
import { report, UsageError, withDesk } from './tool-action.ts';
import { addToolOptions } from './tool-options.ts';
import {
  checkedOrder, connectorsOf, needNumber, needText, numberOf, tariffOf, textOf, textsOf,
} from './typed-options.ts';

const many = (value: string, before: string[] = []): string[] => [...before, value];

export function addSiteCommands(admin: Command): void {
  const site = admin.command('site').description('car parks: place, tariff, time zone, queue');
  for (const verb of ['add', 'change'] as const) {
    addToolOptions(site.command(`${verb} <id>`).description(`${verb}s a site`)
      .option('--name <text>').option('--address <text>').option('--lat <degrees>').option('--lon <degrees>')
      .option('--zone <name>', 'IANA time zone, such as Europe/Madrid').option('--tariff <id>')
      .option('--no-queue', 'nobody may wait here').option('--queue', 'drivers may wait here'))
      .action(withDesk(async ({ desk, options }, [id = ''], own) => {
        const known = verb === 'change' ? siteRowSchema.parse(await find(desk, 'sites', 'siteId', id)) : null;
        report(await giveOrder(desk, checkedOrder({
          kind: 'put-site',
          site: {
            siteId: id, name: textOf(own, 'name') ?? known?.name ?? id,
            address: textOf(own, 'address') ?? known?.address ?? '',
            latitude: numberOf(own, 'lat') ?? known?.latitude ?? needNumber(own, 'lat'),
            longitude: numberOf(own, 'lon') ?? known?.longitude ?? needNumber(own, 'lon'),
            timeZone: textOf(own, 'zone') ?? known?.timeZone ?? 'UTC',
            tariffId: textOf(own, 'tariff') ?? known?.tariffId ?? needText(own, 'tariff'),
            queueEnabled: typeof own['queue'] === 'boolean' ? own['queue'] : known?.queueEnabled ?? true,
          },
        })), options);
      }));
  }
  addListAndShow(site, { what: 'sites', key: 'siteId' });
  addRemove(site, (id) => checkedOrder({ kind: 'remove-site', siteId: id }));
}

export function addPointCommands(admin: Command): void {
  const point = admin.command('point').description('charge points; a new one prints its secret, once');
  for (const verb of ['add', 'change'] as const) {
    addToolOptions(point.command(`${verb} <id>`).description(`${verb}s a charge point`)
      .option('--site <id>').option('--address <text>').option('--lat <degrees>').option('--lon <degrees>')
      .option('--connector <type:kW[:tariff]>', 'such as IEC_62196_T2:22; once for each connector', many)
      .option('--tariff <id>', "another tariff than its site's; none takes it away"))
      .action(withDesk((tool, [id = ''], own) => putPoint(tool, { verb, id, own })));
  }
  addToolOptions(point.command('new-secret <id>').description('gives a point another secret; the old one is void'))
    .action(withDesk(async ({ desk, options }, [id = '']) => {
      const known = registered(await find(desk, 'points', 'pointId', id));
      const secret = makePointSecret();
      const outcome = await giveOrder(desk, checkedOrder({
        kind: 'put-point', point: known, secretSha256: secret.sha256Base64,
      }));
      if (outcome.outcome === 'refused') return report(outcome, options);
      printSecret(id, secret.text, options.json);
    }));
  addListAndShow(point, {
    what: 'points', key: 'pointId', columns: ['pointId', 'siteId', 'place', 'address', 'status', 'sinceMs'],
  });
  addRemove(point, (id) => checkedOrder({ kind: 'remove-point', pointId: id }));
}

/** Adds `list` and `show`. */
export function addListAndShow(
  parent: Command, list: { what: Query['what']; key: string; columns?: readonly string[] },
): void {
  addToolOptions(parent.command('list').description('lists all'))
    .action(withDesk(async ({ desk, options }) => printList(await readList(desk, list.what), options, list.columns)));
  addToolOptions(parent.command('show <id>').description('shows one with everything that is known'))
    .action(withDesk(async ({ desk, options }, [id = '']) => {
      printRow(await find(desk, list.what, list.key, id), options);
    }));
}

/** Adds `remove`. */
export function addRemove(parent: Command, orderOf: (id: string) => Parameters<typeof giveOrder>[1]): void {
  addToolOptions(parent.command('remove <id>').description('removes one that is not in use'))
    .action(withDesk(async ({ desk, options }, [id = '']) => report(await giveOrder(desk, orderOf(id)), options)));
}

/** The row of a list with this id. Throws `ListRefused` when there is none. */
export async function find(desk: OrderDesk, what: Query['what'], key: string, id: string): Promise<Row> {
  const found = ['users', 'points', 'groups', 'invoices'].includes(what);
  const filter = found ? { [key]: id } : {};
  const row = (await readList(desk, what, filter)).find((each) => each[key] === id);
  if (row === undefined) throw new ListRefused(`no such ${what.slice(0, -1)}: ${id}`);
  return row;
}

async function putPoint(
  { desk, options }: Tool, { verb, id, own }: { verb: 'add' | 'change'; id: string; own: Own },
): Promise<void> {
  const listed = await readList(desk, 'points', { pointId: id }).catch((error: unknown) => {
    if (error instanceof ListRefused) return [];
    throw error;
  });
  const known = listed[0] === undefined ? null : registered(listed[0]);
  if (verb === 'add' && known !== null) throw new ListRefused(`${id} is registered already: change it, or new-secret`);
  if (verb === 'change' && known === null) throw new ListRefused(`no such point: ${id}`);
  const siteId = textOf(own, 'site') ?? known?.siteId ?? needText(own, 'site');
  const site = siteRowSchema.parse(await find(desk, 'sites', 'siteId', siteId));
  const given = textsOf(own, 'connector');
  const connectors = given === undefined ? known?.connectors : connectorsOf(given);
  if (connectors === undefined) throw new UsageError('--connector is missing, such as IEC_62196_T2:22');
  const secret = known === null ? makePointSecret() : null;
  const outcome = await giveOrder(desk, checkedOrder({
    kind: 'put-point', secretSha256: secret?.sha256Base64 ?? null,
    point: {
      pointId: id, siteId, address: textOf(own, 'address') ?? known?.address ?? '',
      latitude: numberOf(own, 'lat') ?? known?.latitude ?? site.latitude,
      longitude: numberOf(own, 'lon') ?? known?.longitude ?? site.longitude, connectors,
      ...tariffOf(own, known?.tariffId),
    },
  }));
  if (secret === null || outcome.outcome === 'refused') return report(outcome, options);
  printSecret(id, secret.text, options.json);
}

/** The registry's part of a listed point; unknown fields of the row are left out. */
function registered(row: Row) {
  return pointRowSchema.parse(row);
}

function printSecret(pointId: string, secret: string, json: boolean): void {
  if (json) return printJson({ outcome: 'done', pointId, secret });
  process.stdout.write(`The secret of ${pointId}, shown only now; its monitor needs it:\n${secret}\n`);
}
