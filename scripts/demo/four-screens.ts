// The demo with one screen of each kind side by side, in a tmux of its own: EV_Central, a driver, an engine and its
// monitor; ev-notifier has a window behind them. The rest of the network lives in the background. Leaving tmux, or
// quitting EV_Central, ends everything.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Failure } from '../../shared/failure.ts';
import { run } from '../broker/java.ts';
import { freePort } from '../broker/ports.ts';
import { notifierArgs } from '../network/notifier.ts';
import { live } from './life.ts';
import { giveAddresses, notifierPlace } from './post.ts';
import { SPEED, type Stage, startPoints } from './stage.ts';
import {
  centralArgs, choosePort, endNetwork, inBackground, main, type Options, ROOT, untilListening,
} from './terminal.ts';
import { tellWhere } from './where.ts';

/** Below this size four screens are too small to read: one is shown whole, the others are a key away. */
const ROOMY = { columns: 160, rows: 44 } as const;
/** A process with a screen ends in order within this time; then it is killed. */
const END_MS = 9_000;
const HINT = ' Leave: q in EV_Central, Ctrl-b d | Other: click, Ctrl-b arrow | Whole: Ctrl-b z | Letters: Ctrl-b n';

/** Opens the four screens in this terminal; resolves when they are left and everything has ended. */
export async function runFourScreens(stage: Stage, { seed, asked }: Options): Promise<number> {
  const probe = await run('tmux', ['-V']);
  if (probe.status !== 0) throw new Failure('missing-program', 'tmux is not installed (Debian: apt-get install tmux)');
  await choosePort(stage);
  tellWhere(stage);
  const tmux = tmuxOf(`ev-demo-${process.pid}`);
  const shown = stage.file.points[0]?.pointId ?? '';
  const others: Stage = { ...stage, driverIds: stage.driverIds.slice(1) };
  let over = false;
  const stopped = (): boolean => over;
  try {
    await openPanes(stage, { tmux, shown, driverId: stage.driverIds[0] ?? '' });
    const problem = inBackground(startPoints(others, { except: [shown], stopped })
      .then(() => live(others, { seed, stopped })));
    const letters = inBackground(openNotifier(stage, tmux).then(() => giveAddresses(stage)));
    const client = tmux.attach();
    void asked.then(() => client.kill('SIGTERM'));
    await new Promise<void>((resolve) => client.on('exit', () => resolve()));
    over = true;
    await endNetwork(stage, () => problem() ?? letters());
    return 0;
  } finally {
    over = true;
    await tmux.end();
  }
}

type Shown = { readonly tmux: Tmux; readonly shown: string; readonly driverId: string };

async function openPanes(stage: Stage, { tmux, shown, driverId }: Shown): Promise<void> {
  const { network } = stage;
  const { columns, rows } = process.stdout;
  const enginePort = await freePort();
  const central = ['new-session', '-d', '-s', 'demo', '-x', String(columns), '-y', String(rows)];
  await tmux.do([...central, pane('ev-central', centralArgs(stage))], { ...network.env, NCURSES_NO_UTF8_ACS: '1' });
  await settle(tmux);
  await untilListening(network.centralPort, () => false);
  await tmux.do(['split-window', '-h', '-t', '%0', ...secret('EV_DRIVER_PASSWORD', passwordOf(stage, driverId)),
    pane('ev-driver', [
      '--driver', driverId, '--central', network.centralAddress, '--data-dir', join(stage.dir, 'driver'),
    ])]);
  await tmux.do(['split-window', '-v', '-t', '%0', pane('ev-cp-engine', [
    '--listen', `127.0.0.1:${enginePort}`, '--id', shown, '--data-dir', join(stage.dir, 'engine', shown),
    '--auto', '--speed', String(SPEED),
  ])]);
  await tmux.do(['split-window', '-v', '-t', '%1', ...secret('EV_MONITOR_SECRET', network.secrets.points[shown]),
    pane('ev-cp-monitor', [
      '--engine', `127.0.0.1:${enginePort}`, '--central', network.centralAddress, '--point', shown,
      '--data-dir', join(stage.dir, 'monitor'),
    ])]);
  await tmux.do(['select-layout', '-t', 'demo', 'tiled']);
  await tmux.do(['select-pane', '-t', '%0']);
  const isRoomy = columns >= ROOMY.columns && rows >= ROOMY.rows;
  if (!isRoomy) await tmux.do(['resize-pane', '-Z', '-t', '%0']);
}

/** ev-notifier has a window of its own behind the four screens. Killed, it is started again there. */
async function openNotifier(stage: Stage, tmux: Tmux): Promise<void> {
  const args = notifierArgs(stage.network, await notifierPlace(stage));
  await tmux.do(['new-window', '-d', '-t', 'demo', '-n', 'letters', pane('ev-notifier', args)]);
  await tmux.do(['set-option', '-w', '-t', 'demo:letters', 'remain-on-exit', 'on']);
  await tmux.do(['set-hook', '-g', 'pane-died', 'run-shell "sleep 1" ; respawn-pane -t demo:letters']);
}

/** How this tmux looks and ends: the way out is always in sight, and it goes when EV_Central or the demo is gone. */
async function settle(tmux: Tmux): Promise<void> {
  const looks: readonly (readonly [string, string])[] = [
    ['status-left', HINT], ['status-left-length', String(HINT.length)], ['status-right', ''],
    ['window-status-format', ''], ['window-status-current-format', ''], ['mouse', 'on'],
    ['pane-active-border-style', 'fg=green'], ['default-terminal', 'screen-256color'], ['escape-time', '25'],
  ];
  for (const [name, value] of looks) await tmux.do(['set-option', '-g', name, value]);
  for (const [key, side] of [['Up', '-U'], ['Down', '-D'], ['Left', '-L'], ['Right', '-R']] as const) {
    await tmux.do(['bind-key', key, 'select-pane', '-Z', side]); // one that is shown whole makes room for the next
  }
  await tmux.do(['set-hook', '-g', 'pane-exited', "if-shell -F '#{==:#{hook_pane},%0}' 'detach-client -s demo'"]);
  // The server is nobody's child: when the demo is killed, it would live on.
  const watch = `while kill -0 ${process.pid} 2>/dev/null; do sleep 1; done; tmux -L ${tmux.name} kill-server`;
  await tmux.do(['run-shell', '-b', watch]);
}

function passwordOf({ network }: Stage, driverId: string): string | undefined {
  return network.secrets.users[driverId]?.password;
}

function secret(name: string, value = ''): string[] {
  return ['-e', `${name}=${value}`];
}

/** The command line of a pane. */
function pane(program: string, args: readonly string[]): string {
  return `cd ${quote(ROOT)} && exec ${[process.execPath, main(program), ...args].map(quote).join(' ')}`;
}

type Tmux = {
  readonly name: string;
  /** Runs one of its commands; the environment becomes the server's when this starts it. */
  do(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<void>;
  /** Shows it in this terminal. */
  attach(): ReturnType<typeof spawn>;
  /** Ends the server and waits until the processes in its panes have ended. */
  end(): Promise<void>;
};

/** A tmux server of its own, without anybody's settings; also inside another tmux. */
function tmuxOf(name: string): Tmux {
  const { TMUX: _outer, ...env } = process.env;
  const prefix = ['-L', name, '-f', '/dev/null'];
  const shell = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    run('tmux', [...prefix, ...args], { env: { ...env, ...more } });
  return {
    name,
    async do(args, more) {
      const { status, output } = await shell(args, more);
      if (status !== 0) throw new Failure('missing-program', `tmux ${args[0] ?? ''} failed: ${output.trim()}`);
    },
    attach: () => spawn('tmux', [...prefix, 'attach', '-t', 'demo'], { stdio: 'inherit', env }),
    async end() {
      const { status, output } = await shell(['list-panes', '-s', '-t', 'demo', '-F', '#{pane_pid}']);
      await shell(['kill-server']);
      if (status === 0) await untilGone(output.split('\n').map(Number).filter((pid) => pid > 0));
    },
  };
}

async function untilGone(pids: readonly number[]): Promise<void> {
  const deadline = Date.now() + END_MS;
  const alive = (): number[] => pids.filter((pid) => signal(pid, 0));
  while (alive().length > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  for (const pid of alive()) signal(pid, 'SIGKILL');
}

/** False: there is no such process any more. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
