// EV_Driver: reads the settings and starts what was asked for: the screen, a batch, a fleet, or a script.
import { Command } from 'commander';
import { addSettings, printConfig, readSettings, runCommand } from '../shared/config.ts';
import { Failure } from '../shared/failure.ts';
import { assertLimits } from '../shared/limits.ts';
import { openLog } from '../shared/log.ts';
import { openDriverNode, type DriverConfig, type DriverNode } from './driver-node.ts';
import { EXIT_HELP } from './exit-status.ts';
import { promptPassword } from './password-prompt.ts';
import { runFleet, runTerminal, type Running } from './modes.ts';
import { addScripts } from './script-commands.ts';
import type { ExitStatus } from './exit-status.ts';
import type { ScriptOptions } from './scripts.ts';
import { DRIVER_SETTINGS } from './settings.ts';

/** Sockets that a peer keeps open must not keep an ended process alive. */
const LEAVE_MS = 1_500;
const BUG_STATUS = 81;

async function start(command: Command): Promise<void> {
  const read = readSettings(command, DRIVER_SETTINGS, process.env);
  const { config } = read;
  if (config.printConfig) {
    process.stdout.write(`${printConfig(DRIVER_SETTINGS, read)}\n`);
    return;
  }
  const withScreen = !config.noUi && !config.control && config.fleet === null && process.stdin.isTTY
    && process.stdout.isTTY;
  const { node, leave } = openNode(config, !withScreen);
  const onEnd = (status: number): void => leave(status);
  const running = await leavingOnFailure(leave, async (): Promise<Running> => (config.fleet === null
    ? runTerminal({ node, config, withScreen, onEnd, password: await passwordOf(config, withScreen) })
    : runFleet({ node, file: config.fleet, control: config.control, onEnd })));
  const stop = (): void => {
    running.close();
    leave(0);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
}

async function script(
  command: Command, json: boolean, timeoutMs: number | null, run: (options: ScriptOptions) => Promise<ExitStatus>,
): Promise<void> {
  // In a subcommand the plain arguments are its own.
  const table = Object.fromEntries(Object.entries(DRIVER_SETTINGS)
    .map(([name, { argument: _argument, ...setting }]: [string, Record<string, unknown>]) => [name, setting]));
  const { config } = readSettings(command, table as typeof DRIVER_SETTINGS, process.env);
  const { driver: driverId } = config;
  if (driverId === null) throw new Failure('bad-configuration', 'which driver? --driver ID or EV_DRIVER_ID');
  const password = (await passwordOf(config, false)) ?? '';
  const { node, leave } = openNode(config, false);
  const status = await leavingOnFailure(leave, () => run({
    openClient: (interests, onEvent) => node.openClient({
      driverId, password, code: config.code, interests, keep: 'now', onEvent,
    }),
    awakeMs: () => node.ticker.awakeMs(), subscribe: (onTick) => node.ticker.subscribe(onTick), json, timeoutMs,
    print: (text) => {
      if (text !== '') process.stdout.write(`${text}\n`);
    },
  }));
  leave(status);
}

/** What was opened is closed again when the work could not begin or broke off; the failure is told by `runCommand`. */
async function leavingOnFailure<T>(leave: (status: number) => void, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    leave(error instanceof Failure ? error.exitStatus : BUG_STATUS);
    throw error;
  }
}

function openNode(config: DriverConfig, console: boolean): { node: DriverNode; leave: (status: number) => void } {
  assertLimits();
  const name = config.fleet === null ? (config.driver ?? 'screen') : 'fleet';
  const opened = openLog({ dir: config.logDir, name: `ev-driver-${name}`, console });
  const node = openDriverNode(config, name, opened.log);
  opened.log('info', 'started', { central: config.central, brokers: config.brokers });
  const leave = (status: number): void => {
    process.exitCode = status;
    process.stdin.destroy();
    setTimeout(() => process.exit(), LEAVE_MS).unref();
    void node.close().then(() => opened.close()).finally(() => process.exit());
  };
  return { node, leave };
}

async function passwordOf(config: DriverConfig, withScreen: boolean): Promise<string | null> {
  if (config.password !== null || withScreen || config.fleet !== null) return config.password;
  return promptPassword(`Password of ${config.driver ?? 'the driver'}: `);
}

const command = addSettings(new Command('ev-driver'), DRIVER_SETTINGS)
  .description("A driver's client: log in, find a point, ask for a charge, follow it live, get the ticket.")
  .addHelpText('after', EXIT_HELP)
  .action(() => start(command));
addScripts(command, script);
await runCommand(command, process.argv);
