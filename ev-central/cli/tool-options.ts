// The options that all tool commands share: where Central is, who asks, and how to print.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { CENTRAL_SETTINGS } from '../config.ts';
import { TOKEN_FILE } from '../links/operator-token.ts';
import { systemClock } from '../../shared/clock.ts';
import { parseAddress } from '../../shared/config.ts';
import { Failure } from '../../shared/failure.ts';
import { loadClientTls } from '../../shared/wire/tls.ts';
import type { LocalFiles } from './local-central.ts';
import { openLocalCentral } from './local-central.ts';
import type { OperatorProof, OperatorTarget } from './operator-client.ts';
import { OperatorClient } from './operator-client.ts';
import { promptCode } from './code-prompt.ts';
import { manyLanes } from './order-lanes.ts';
import type { OrderDesk } from './order-desk.ts';

export type ToolOptions = {
  readonly target: OperatorTarget;
  /** The address was given: the database of this machine is not touched. */
  readonly remote: boolean;
  readonly dataDir: string;
  readonly files: LocalFiles;
  readonly user: string | null;
  readonly password: string | null;
  /** A one-time code of that user. */
  readonly code: string | null;
  readonly json: boolean;
};

/** Adds the shared options to a command. */
export function addToolOptions(command: Command): Command {
  const { port, dataDir, database, masterKeyFile } = CENTRAL_SETTINGS;
  return command
    .option('--central <host:port>', `address of EV_Central (default: 127.0.0.1:${port.default}, env ${port.env})`)
    .option('--data-dir <folder>', `${dataDir.describe} (default: ${dataDir.default}, env ${dataDir.env})`)
    .option('--database <file>', `${database.describe} (env ${database.env})`)
    .option('--master-key-file <file>', `${masterKeyFile.describe} (env ${masterKeyFile.env})`)
    .option('--login <id>', 'log in as this user; without it the token in the data folder serves (env EV_TOOL_USER)')
    .option('--login-password <text>', 'the password of that user; better in the environment (env EV_TOOL_PASSWORD)')
    .option('--login-code <code>', 'a one-time code of that user; asked for in a terminal (env EV_TOOL_CODE)')
    .option('--tls-ca <file>', "EV_Central's ca.crt: connect with TLS; needed off the loopback (env EV_TLS_CA)")
    .option('--insecure', 'plain TCP off the loopback: anybody on the network can read the password')
    .option('--json', 'print JSON for programs');
}

/** For what can be chosen by its time; `timesOf` reads them. */
export function addTimeOptions(command: Command): Command {
  return command
    .option('--from <time>', 'from this time on: 2026-03-31 (UTC), 2026-03-31T16:00Z or 2026-03-31T18:00+02:00')
    .option('--to <time>', 'before this time; a date means to the end of that day');
}

/** Reads the shared options of a command. Throws `Failure('bad-configuration')`. */
export function readToolOptions(
  command: Command, env: Readonly<Record<string, string | undefined>> = process.env,
): ToolOptions {
  const given: Record<string, unknown> = command.optsWithGlobals();
  const text = (name: string, variable?: string): string | null => {
    const value = given[name] ?? (variable === undefined ? undefined : env[variable]);
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const { port, dataDir: dataDirSetting, database, masterKeyFile } = CENTRAL_SETTINGS;
  const address = text('central') ?? `127.0.0.1:${env[port.env] ?? port.default}`;
  const parsed = parseAddress(address);
  if (parsed === null) throw new Failure('bad-configuration', `--central: ${address} is not host:port`);
  const caFile = text('tlsCa', 'EV_TLS_CA');
  const dataDir = text('dataDir', dataDirSetting.env) ?? dataDirSetting.default;
  const user = text('login', 'EV_TOOL_USER');
  return {
    target: {
      ...parsed, tls: caFile === null ? null : loadClientTls({ caFile }), insecure: given['insecure'] === true,
    },
    remote: text('central') !== null || user !== null,
    dataDir,
    files: {
      database: text('database', database.env) ?? join(dataDir, 'central.db'),
      masterKeyFile: text('masterKeyFile', masterKeyFile.env) ?? join(dataDir, 'master.key'),
    },
    user, password: text('loginPassword', 'EV_TOOL_PASSWORD'), code: text('loginCode', 'EV_TOOL_CODE'),
    json: given['json'] === true,
  };
}

/** Connections for thousands of orders: each carries one frame at a time, and Central writes what came together. */
const LANES = 24;

/** The running Central. Throws `Failure`: 'link-lost' when there is none, 'link-refused' for a bad log-in. */
export async function connectCentral(options: ToolOptions): Promise<OperatorClient> {
  return OperatorClient.connect(options.target, proofOf(options), { askCode: promptCode });
}

/** For the registry: the running Central, or the database itself while no Central runs on it. */
export async function openDesk(options: ToolOptions): Promise<OrderDesk> {
  if (!options.remote) {
    const local = openLocalCentral(options.files, systemClock);
    if (local !== null) return local;
  }
  const first = await connectCentral(options);
  // A code serves for one log-in.
  return manyLanes(first, { lanes: first.byCode ? 1 : LANES, connect: () => connectCentral(options) });
}

function proofOf(options: ToolOptions): OperatorProof {
  const { user, password, code, dataDir } = options;
  if (user !== null) {
    if (password !== null) return { userId: user, password, code };
    throw new Failure('bad-configuration', `--login ${user} needs --login-password, or EV_TOOL_PASSWORD in the `
      + 'environment');
  }
  const file = join(dataDir, TOKEN_FILE);
  try {
    return { token: readFileSync(file, 'utf8').trim() };
  } catch (cause) {
    throw new Failure('link-lost', `there is no token ${file}: EV_Central does not run with this --data-dir; start it, `
      + 'or log in with --login', cause);
  }
}
