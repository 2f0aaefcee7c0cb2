// EV_CP_Monitor: reads the settings, builds the links and the screen, and starts.
import { Command } from 'commander';
import { systemClock } from '../shared/clock.ts';
import { addSettings, parseAddress, printConfig, readSettings, runCommand } from '../shared/config.ts';
import type { ConfigOf } from '../shared/config.ts';
import { Failure } from '../shared/failure.ts';
import { createFrameIds } from '../shared/frame.ts';
import type { PointId } from '../shared/ids.ts';
import { readJsonLines, writeJsonLine } from '../shared/json-lines.ts';
import { assertLimits } from '../shared/limits.ts';
import { openLog } from '../shared/log.ts';
import type { Screen } from '../shared/screen/handle.ts';
import { createProcessTicker } from '../shared/wire/awake-timer.ts';
import type { Connect } from '../shared/wire/link-socket.ts';
import { tcpConnect } from '../shared/wire/tcp-socket.ts';
import { loadClientTls } from '../shared/wire/tls.ts';
import { controlMonitor } from './control.ts';
import { MonitorFleet } from './fleet.ts';
import { enrol, readFleet, readSecretFile } from './secret-store.ts';
import { MONITOR_SETTINGS } from './settings.ts';

type Config = ConfigOf<typeof MONITOR_SETTINGS>;
const SOFTWARE = 'ev-cp-monitor 0.1.0';

async function start(command: Command): Promise<void> {
  assertLimits();
  const read = readSettings(command, MONITOR_SETTINGS, process.env);
  const { config } = read;
  if (config.printConfig) {
    process.stdout.write(`${printConfig(MONITOR_SETTINGS, read)}\n`);
    return;
  }
  const points = watchedPoints(config);
  const withScreen = !config.noUi && !config.control && process.stdin.isTTY && process.stdout.isTTY;
  const name = `ev-cp-monitor-${config.point ?? 'fleet'}`;
  const openedLog = openLog({ dir: config.logDir, name, console: !withScreen });
  let screen: Screen | null = null;
  const fleet = new MonitorFleet({
    points, software: SOFTWARE, pairingCode: config.pairingCode,
    central: target(config.central, config.tlsCa, config.insecure),
    engine: target(config.engine, config.engineTlsCa, config.insecure),
    ticker: createProcessTicker(systemClock), clock: systemClock, random: Math.random, frameId: createFrameIds(),
    log: openedLog.log, onChange: () => screen?.refresh(),
  });
  const stop = (): void => {
    fleet.close();
    screen?.close();
    process.stdin.destroy();
    void openedLog.close();
    setTimeout(() => process.exit(), 1_000).unref();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
  openedLog.log('info', 'started', { points: points.size, central: config.central, engine: config.engine });
  fleet.start();
  if (config.control) serveControl(fleet, stop);
  if (withScreen) {
    const { openMonitorScreen } = await import('./ui/screen.ts');
    screen = openMonitorScreen({ view: () => fleet.view(), actions: fleet.actions(), onQuit: stop });
  }
}

/** Which points, with their hashed secrets. */
function watchedPoints(config: Config): ReadonlyMap<PointId, Buffer> {
  const { fleet, secrets, point, secret, secretFile, dataDir } = config;
  if (fleet !== null) {
    const count = /^\d+$/.test(fleet) ? Number(fleet) : null;
    const file = count === null ? fleet : secrets;
    if (file === null) {
      throw new Failure('bad-configuration', `--fleet ${fleet} needs --secrets FILE with the points' secrets`);
    }
    return readFleet(file, count);
  }
  if (point === null) {
    throw new Failure('bad-configuration', 'which charge point? ev-cp-monitor ENGINE CENTRAL POINT, or --point ID');
  }
  const given = secret ?? (secretFile === null ? null : readSecretFile(secretFile));
  return new Map([[point, enrol({ dataDir, pointId: point, given })]]);
}

function target(address: string, caFile: string | null, insecure: boolean): { connect: Connect; address: string } {
  const parsed = parseAddress(address);
  if (parsed === null) throw new Failure('bad-configuration', `${address} is no address: write host:port`);
  const tls = caFile === null ? null : loadClientTls({ caFile });
  return { connect: tcpConnect({ ...parsed, tls, insecure, insecureFlag: '--insecure' }), address };
}

function serveControl(fleet: MonitorFleet, stop: () => void): void {
  readJsonLines(process.stdin, {
    onLine: (line) => {
      const { answer, exit } = controlMonitor(fleet, line);
      writeJsonLine(process.stdout, answer);
      if (exit) stop();
    },
    onEnd: stop,
  });
}

const command = addSettings(new Command('ev-cp-monitor'), MONITOR_SETTINGS)
  .description('The watchdog of a charge point: authenticates it at EV_Central and checks its engine every second.')
  .action(() => start(command));
await runCommand(command, process.argv);
