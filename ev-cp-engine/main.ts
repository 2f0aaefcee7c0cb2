// EV_CP_Engine: reads the settings, opens the journal, the bus and the port for the monitor, and starts.
import { join } from 'node:path';
import { Command } from 'commander';
import { openBus, parseBrokers } from '../shared/bus/connection.ts';
import { systemClock } from '../shared/clock.ts';
import { addSettings, type ConfigOf, parseAddress, printConfig, readSettings, runCommand,
} from '../shared/config.ts';
import { Failure } from '../shared/failure.ts';
import { assertLimits, LIMITS } from '../shared/limits.ts';
import { type Log, openLog } from '../shared/log.ts';
import type { Screen } from '../shared/screen/handle.ts';
import { createProcessTicker } from '../shared/wire/awake-timer.ts';
import { isLoopback } from '../shared/wire/loopback.ts';
import { type LinkServer, listen } from '../shared/wire/server.ts';
import { loadServerTls } from '../shared/wire/tls.ts';
import { runAutopilot } from './autopilot.ts';
import { CommandReader } from './command-reader.ts';
import { serveControl } from './control.ts';
import { FactSender } from './fact-sender.ts';
import { readFleet } from './fleet.ts';
import { Journal } from './journal.ts';
import { openJournalFiles } from './journal-files.ts';
import { MeterSender } from './meter-sender.ts';
import { createMonitorServer } from './monitor-server.ts';
import { createRoster } from './roster.ts';
import { createStop, exitOnBug } from './shutdown.ts';
import { ENGINE_SETTINGS } from './settings.ts';
import { createActions, createSnapshot } from './snapshot.ts';
import { Station } from './station.ts';

type Config = ConfigOf<typeof ENGINE_SETTINGS>;

async function start(command: Command): Promise<void> {
  assertLimits();
  const read = readSettings(command, ENGINE_SETTINGS, process.env);
  const { config } = read;
  if (config.printConfig) {
    process.stdout.write(`${printConfig(ENGINE_SETTINGS, read)}\n`);
    return;
  }
  const fleet = config.fleet === null ? null : readFleet(config.fleet, config.fleetPrefix);
  const name = nameOf(config);
  // commander takes `--no-ui` for the negation of an option `ui`.
  const noUi = config.noUi || command.getOptionValue('ui') === false;
  const withScreen = !noUi && !config.control && process.stdin.isTTY && process.stdout.isTTY;
  const openedLog = openLog({ dir: config.logDir, name: `ev-cp-engine-${name}`, console: !withScreen });
  const { log } = openedLog;
  exitOnBug(log, openedLog.close);
  const brokers = parseBrokers(config.brokers);
  const journal = await Journal.open(openJournalFiles(config.dataDir ?? join('var', 'engine', name)), log);
  const ticker = createProcessTicker(systemClock);
  const station = new Station({
    journal, clock: systemClock, ticker, log, defer: (run) => void setImmediate(run), speed: config.speed,
  });
  const roster = createRoster({ station, id: config.id, fleet });
  const server = await listenForMonitor(config, { station, log, pointFor: roster.pointFor, ticker });
  const bus = openBus({ brokers, clientId: `ev-cp-engine-${name}`, log });
  const senders = [new FactSender({ station, bus, log }), new MeterSender({ station, bus, log })];
  const groupId = `ev-cp-engine-${name}-${Date.now()}`;
  const reader = new CommandReader({ station, bus, log, groupId });
  bus.onState(roster.busState);
  if (config.auto) runAutopilot(station);
  const address = `${parseAddress(config.listen)?.host ?? ''}:${server.port}`;
  roster.start();
  station.start();
  log('info', 'started', { address, points: station.points.size, brokers: config.brokers, journal: journal.sizeBytes });
  let screen: Screen | null = null;
  const stop = createStop({
    station, bus, log, parts: [server, reader, ...senders], closeLog: openedLog.close,
    closeScreen: () => screen?.close(),
  });
  // `on`, not `once`: the screen ends the process itself when it sees that nobody else listens.
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
  if (config.control) serveControl(station, { address, onEnd: stop });
  if (!withScreen) return;
  const { openEngineScreen } = await import('./ui/screen.ts');
  const view = createSnapshot({ station, bus, address });
  const opened = openEngineScreen({ view, actions: createActions(station), onQuit: stop });
  screen = opened;
  station.listen({ changed: () => opened.refresh() });
}

/** One name for journal, log and consumer group. */
function nameOf({ id, fleet, fleetPrefix, listen: address }: Config): string {
  if (id !== null) return id;
  const port = parseAddress(address)?.port ?? 0;
  return fleet === null ? `port-${port}` : `fleet-${fleetPrefix.replace(/[^A-Za-z0-9]/g, '')}${port}`;
}

async function listenForMonitor(
  config: Config, { station, log, pointFor, ticker }: {
    station: Station; log: Log; ticker: ReturnType<typeof createProcessTicker>;
    pointFor: Parameters<typeof createMonitorServer>[0]['pointFor'];
  },
): Promise<LinkServer> {
  const { host, port } = parseAddress(config.listen) ?? { host: '127.0.0.1', port: 0 };
  if (!isLoopback(host) && config.pairingCode === null) {
    throw new Failure('bad-configuration', `${host} can be reached by others: give engine and monitor the same `
      + '--pairing-code');
  }
  const onLink = createMonitorServer({ station, log, pairingCode: config.pairingCode, pointFor });
  return listen({
    host, port, onLink, ticker, log, nowMs: systemClock.now, maxConnections: LIMITS.unnamedConnections * 2,
    tls: config.tlsDir === null ? null : await loadServerTls(config.tlsDir, [host]),
    insecure: config.insecure, insecureFlag: '--insecure', portFlag: '--listen',
  });
}

const command = addSettings(new Command('ev-cp-engine'), ENGINE_SETTINGS)
  .description('The controller of a charge point: connectors, meter, a simulated car, and a journal of what happened.')
  .action(() => start(command));
await runCommand(command, process.argv);
