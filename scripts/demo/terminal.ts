// The demo in a terminal: EV_Central's own screen in the foreground, or tmux with one screen of each kind; the rest of
// the network lives in the background. What was started ends with it.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Failure } from '../../shared/failure.ts';
import { describeError } from '../../shared/log.ts';
import { freePort, portProblem } from '../broker/ports.ts';
import { run } from '../broker/java.ts';
import { live } from './life.ts';
import { SPEED, type Stage, startPoints } from './stage.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const LEASH = pathToFileURL(join(ROOT, 'scripts', 'leash.mjs')).href;
const UP_TIMEOUT_MS = 30_000;

type Options = { readonly seed: number; readonly asked: Promise<void> };

/** EV_Central with its screen in this terminal; `q` there ends the demo. */
export async function runCentralScreen(stage: Stage, { seed, asked }: Options): Promise<number> {
  const { network } = stage;
  await choosePort(stage);
  printWhere(stage);
  const central = spawn(process.execPath, ['--import', LEASH, main('ev-central'), ...centralArgs(stage)], {
    cwd: ROOT, env: { ...process.env, ...network.env, EV_LEASH: String(process.pid) },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  let over = false;
  const ended = new Promise<number>((resolve) => central.on('exit', (status) => {
    over = true;
    resolve(status ?? 0);
  }));
  void asked.then(() => central.kill('SIGTERM'));
  const stopped = (): boolean => over;
  const problem = inBackground(untilListening(network.centralPort, stopped)
    .then(() => startPoints(stage, { stopped }))
    .then(() => live(stage, { seed, stopped })));
  const status = await ended;
  await endNetwork(stage, problem);
  return status;
}

/** The life of the network behind the screens. What goes wrong in it must not end them: it is told afterwards. */
function inBackground(life: Promise<void>): () => string | null {
  let problem: string | null = null;
  life.catch((error: unknown) => (problem ??= describeError(error)));
  return () => problem;
}

/** Ends the processes; who still waits for one of them hears that it is gone. */
async function endNetwork({ network }: Stage, problem: () => string | null): Promise<void> {
  const failed = problem(); // what fails from now on fails because of the end
  console.log('Ending the network …');
  await network.stop();
  if (failed !== null) console.error(`Not all of the network lived: ${failed}`);
}

/** Four panes: EV_Central, an engine, its monitor, a driver. Leaving tmux ends the demo. */
export async function runTmux(stage: Stage, { seed, asked }: Options): Promise<number> {
  const probe = await run('tmux', ['-V'], {});
  if (probe.status !== 0) throw new Failure('missing-program', 'tmux is not installed (Debian: apt-get install tmux)');
  const { network } = stage;
  await choosePort(stage);
  const session = `ev-demo-${process.pid}`;
  const shown = stage.file.points[0]?.pointId ?? '';
  const driver = stage.driverIds[0] ?? '';
  const enginePort = await freePort();
  await tmux(session, ['new-session', '-d', '-x', '200', '-y', '50', pane(stage, 'ev-central', centralArgs(stage))]);
  let over = false;
  try {
    await untilListening(network.centralPort, () => over);
    await tmux(session, ['split-window', '-h', '-t', '0', pane(stage, 'ev-cp-engine', [
      '--listen', `127.0.0.1:${enginePort}`, '--id', shown, '--data-dir', join(stage.dir, 'engine', shown),
      '--auto', '--speed', String(SPEED),
    ])]);
    await tmux(session, ['split-window', '-v', '-t', '1', pane(stage, 'ev-cp-monitor', [
      '--engine', `127.0.0.1:${enginePort}`, '--central', network.centralAddress, '--point', shown,
      '--data-dir', join(stage.dir, 'monitor'),
    ], { EV_MONITOR_SECRET: network.secrets.points[shown] ?? '' })]);
    await tmux(session, ['split-window', '-v', '-t', '0', pane(stage, 'ev-driver', [
      '--driver', driver, '--central', network.centralAddress, '--data-dir', join(stage.dir, 'driver'),
    ], { EV_DRIVER_PASSWORD: network.secrets.users[driver]?.password ?? '' })]);
    await tmux(session, ['select-layout', 'tiled']);
    const others: Stage = { ...stage, driverIds: stage.driverIds.slice(1) };
    const stopped = (): boolean => over;
    const problem = inBackground(startPoints(others, { except: [shown], stopped })
      .then(() => live(others, { seed, stopped })));
    const client = spawn('tmux', ['-L', session, 'attach'], { stdio: 'inherit' });
    void asked.then(() => client.kill('SIGTERM'));
    const status = await new Promise<number>((resolve) => client.on('exit', (code) => resolve(code ?? 0)));
    over = true;
    await endNetwork(stage, problem);
    return status;
  } finally {
    over = true;
    await run('tmux', ['-L', session, 'kill-server'], {});
  }
}

/** One command line for a pane: the environment of the network, the project's Node, the program with its screen. */
function pane(
  stage: Stage, program: string, args: readonly string[], env: Readonly<Record<string, string>> = {},
): string {
  const all = { ...stage.network.env, NCURSES_NO_UTF8_ACS: '1', ...env };
  const assignments = Object.entries(all).map(([name, value]) => `${name}=${quote(value)}`);
  return ['cd', quote(ROOT), '&&', 'env', ...assignments, quote(process.execPath), quote(main(program)),
    ...args.map(quote)].join(' ');
}

function centralArgs({ network }: Stage): string[] {
  return [
    '--port', String(network.centralPort), '--data-dir', network.centralDir, ...(network.options.centralArgs ?? []),
  ];
}

async function choosePort({ network }: Stage): Promise<void> {
  if (network.centralPort === 0) network.centralPort = await freePort();
}

/** Somebody listens on the port now. */
async function untilListening(port: number, gaveUp: () => boolean): Promise<void> {
  const deadline = Date.now() + UP_TIMEOUT_MS;
  while ((await portProblem(port)) !== 'EADDRINUSE') {
    if (gaveUp()) throw new Error('EV_Central has ended');
    if (Date.now() > deadline) throw new Error(`EV_Central does not listen on port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function tmux(session: string, args: readonly string[]): Promise<void> {
  const { status, output } = await run('tmux', ['-L', session, ...args], {});
  if (status !== 0) throw new Failure('missing-program', `tmux ${args[0] ?? ''} failed: ${output.trim()}`);
}

function printWhere({ network, broker }: Stage): void {
  console.log(`Kafka ${broker.brokers}, EV_Central ${network.centralAddress}, logs ${network.logDir}`);
}

function main(program: string): string {
  return join(ROOT, program, 'main.ts');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
