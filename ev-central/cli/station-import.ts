// Takes real stations in as sites and points. Repeating it changes what differs and gives no new secrets.
import type { Order } from '../../shared/messages/orders.ts';
import { pointId, siteId, tariffId } from '../../shared/ids.ts';
import { currency } from '../../shared/money.ts';
import type { BadRow, Station } from './afdc-stations.ts';
import { makePointSecret } from './credentials.ts';
import type { NetworkSecrets } from './network-file.ts';
import type { OrderDesk } from './order-desk.ts';
import { readList } from './order-desk.ts';

export type ImportSummary = {
  readonly sites: number; readonly points: number; readonly newPoints: number; readonly skippedRows: number;
  readonly refused: readonly BadRow[]; readonly secrets: NetworkSecrets;
};

export type ImportOptions = {
  /** Begins the ids of sites and points. */
  readonly prefix: string;
  readonly timeZone: string;
  /** The tariff of new sites; made when it does not exist. */
  readonly tariff: string;
};

/** Gives the orders for all stations. A port's point is `<site>-<number>`. */
export async function importStations(
  desk: OrderDesk, { stations, bad }: { stations: readonly Station[]; bad: readonly BadRow[] }, options: ImportOptions,
): Promise<ImportSummary> {
  const known = new Set((await readList(desk, 'points')).map((row) => String(row['pointId'])));
  const tariffs = (await readList(desk, 'tariffs')).map((row) => row['tariffId']);
  const secrets: Record<string, string> = {};
  const orders: { line: number; order: Order }[] = [];
  const points: { line: number; order: Order }[] = [];
  if (!tariffs.includes(options.tariff)) orders.push({ line: 0, order: freshTariff(options.tariff) });
  for (const station of stations) {
    const site = siteId(`${options.prefix}${station.stationId}`);
    const place = { address: station.address, latitude: station.latitude, longitude: station.longitude };
    orders.push({
      line: station.line,
      order: {
        kind: 'put-site',
        site: {
          siteId: site, name: station.name, ...place, timeZone: options.timeZone, tariffId: tariffId(options.tariff),
          queueEnabled: true,
        },
      },
    });
    station.ports.forEach((connectors, i) => {
      const id = pointId(`${site}-${String(i + 1).padStart(2, '0')}`);
      const secret = known.has(id) ? null : makePointSecret();
      if (secret !== null) secrets[id] = secret.text;
      points.push({
        line: station.line,
        order: {
          kind: 'put-point', secretSha256: secret?.sha256Base64 ?? null,
          point: {
            pointId: id, siteId: site, ...place, connectors: connectors.map((c, n) => ({ connectorNo: n + 1, ...c })),
          },
        },
      });
    });
  }
  orders.push(...points); // behind all sites: orders of one kind can go side by side
  const outcomes = await desk.orders(orders.map(({ order }) => order));
  const refused = orders.flatMap(({ line }, i) =>
    (outcomes[i]?.outcome === 'refused' ? [{ line, reason: outcomes[i].text }] : []));
  return {
    sites: stations.length, points: points.length, newPoints: Object.keys(secrets).length, skippedRows: bad.length,
    refused, secrets: { points: secrets, users: {} },
  };
}

function freshTariff(id: string): Order {
  return {
    kind: 'put-tariff',
    tariff: {
      id: tariffId(id), currency: currency('USD'),
      elements: [{ price_components: [{ type: 'ENERGY', price: 0.35, step_size: 1 }] }],
    },
  };
}
