// `admin load`, `import`, `service-key`: whole networks from files, and the services' key.
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { emptyTables } from '../core/state.ts';
import { serviceKey } from '../bus/send-keys.ts';
import { systemClock } from '../../shared/clock.ts';
import { Failure } from '../../shared/failure.ts';
import { isId } from '../../shared/ids.ts';
import { isZone } from '../../shared/zone.ts';
import { readStations } from './afdc-stations.ts';
import { BCRYPT_COST } from './credentials.ts';
import { TOOL_EXIT } from './exit-status.ts';
import { withStore } from './local-store.ts';
import { loadNetwork, readNetworkFile, writeSecrets } from './network-file.ts';
import { printJson } from './output.ts';
import { importStations } from './station-import.ts';
import { guarded, UsageError, withDesk } from './tool-action.ts';
import { addToolOptions, readToolOptions } from './tool-options.ts';
import { numberOf, textOf } from './typed-options.ts';

/** How many refused rows and orders are named; the number of all is in the summary. */
const NAMED = 50;

export function addFileCommands(admin: Command): void {
  addToolOptions(admin.command('load <file>').description('takes a network in: JSON with tariffs, sites, points, users')
    .option('--secrets-out <file>', 'write generated secrets, passwords and PINs there, for its owner alone (0600)')
    .option('--bcrypt-cost <number>', `work factor of the hashes; 4 for a generated network (default: ${BCRYPT_COST})`))
    .action(withDesk(async ({ desk, options }, [file = ''], own) => {
      const bcryptCost = numberOf(own, 'bcryptCost') ?? BCRYPT_COST;
      if (!Number.isInteger(bcryptCost) || bcryptCost < 4 || bcryptCost > 15) {
        throw new UsageError('--bcrypt-cost is a number from 4 to 15');
      }
      const network = readNetworkFile(file);
      const { secrets, given, refused } = await loadNetwork(desk, network, { bcryptCost });
      const out = textOf(own, 'secretsOut');
      if (out !== undefined) writeSecrets(out, secrets);
      for (const { what, why } of refused.slice(0, NAMED)) process.stderr.write(`refused: ${what}: ${why}\n`);
      if (refused.length > 0) process.exitCode = TOOL_EXIT.refused;
      const summary = {
        outcome: refused.length === 0 ? 'done' : 'refused', orders: given, refused: refused.length,
        sites: network.sites.length, points: network.points.length, users: network.users.length,
      };
      if (options.json) return printJson(out === undefined ? { ...summary, secrets } : summary);
      process.stdout.write(`${summary.sites} sites, ${summary.points} points, ${summary.users} users loaded; `
        + `${refused.length} refused\n`);
      if (out === undefined) process.stdout.write('generated, shown only now (or use --secrets-out):\n'
        + `${JSON.stringify(secrets, null, 2)}\n`);
    }));
  addImport(admin);
  addServiceKey(admin);
}

function addImport(admin: Command): void {
  addToolOptions(admin.command('import <file>')
    .description('takes real stations in: CSV of the US Alternative Fuels Data Center')
    .option('--prefix <text>', 'begins the ids of sites and points', 'US-')
    .option('--zone <name>', 'time zone of the sites', 'America/New_York')
    .option('--tariff <id>', 'tariff of the sites; made when there is none', 'imported')
    .option('--secrets-out <file>', 'write the secrets of new points there, for its owner alone (0600)'))
    .action(withDesk(async ({ desk, options }, [file = ''], own) => {
      const read = readStations(readText(file));
      if ('missing' in read) {
        throw new Failure('bad-configuration', `${file} has no column ${read.missing.join(', ')}: it is no such file`);
      }
      const place = {
        prefix: textOf(own, 'prefix') ?? '', timeZone: textOf(own, 'zone') ?? '', tariff: textOf(own, 'tariff') ?? '',
      };
      if (!isId(`${place.prefix}1`) || !isId(place.tariff)) throw new UsageError('--prefix and --tariff must be ids');
      if (!isZone(place.timeZone)) throw new UsageError(`--zone: ${place.timeZone} is no time zone`);
      const started = performance.now();
      const { secrets, refused, ...counts } = await importStations(desk, read, place);
      const out = textOf(own, 'secretsOut');
      if (out !== undefined) writeSecrets(out, secrets);
      const bad = [...read.bad, ...refused];
      for (const { line, reason } of bad.slice(0, NAMED)) process.stderr.write(`line ${line}: ${reason}: skipped\n`);
      const seconds = Math.round(performance.now() - started) / 1_000;
      if (options.json) return printJson({ outcome: 'done', ...counts, refused: refused.length, seconds });
      process.stdout.write(`${counts.sites} sites with ${counts.points} points (${counts.newPoints} new) in `
        + `${seconds} s; ${bad.length} rows skipped\n`);
    }));
}

function addServiceKey(admin: Command): void {
  addToolOptions(admin.command('service-key <name>')
    .description('prints the key that opens events and dead letters, for a named service; it is audited'))
    .action(async (...given: unknown[]) => {
      const command = given.at(-1) as Command;
      await guarded(() => withStore(readToolOptions(command), (store, options) => {
        const tables = emptyTables();
        store.load(tables);
        const key = serviceKey(tables);
        if (key === undefined) {
          throw new UsageError('there is no service key yet: EV_Central makes it at its first start');
        }
        const audit = {
          atMs: systemClock.now(), who: 'local', address: 'this machine', action: 'service-key', outcome: 'done',
          parameters: { service: command.args[0] ?? '', keyId: key.keyId },
        };
        store.commit({
          tables: emptyTables(), appends: [{ kind: 'append', table: 'audit', row: audit }], sends: [], offsets: [],
          outboxDone: [], now: audit.atMs,
        });
        if (options.json) return printJson({ keyId: key.keyId, keyBase64: key.keyBase64 });
        process.stdout.write(`key id  ${key.keyId}\nkey     ${key.keyBase64}\n`);
      }));
    });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Failure('bad-configuration', `cannot read ${file}: give a file that this user may read`, cause);
  }
}
