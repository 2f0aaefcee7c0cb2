// Hosts of a drill that are one machine: Linux network namespaces, each with an address of its own, joined by a bridge
// in one more. Nothing is changed in the machine's own network. The names carry the process id of the run, so that a
// later run can remove what a dead one left, and that only.
import { spawnSync } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { Failure } from '../../shared/failure.ts';
import { isGone } from '../gone.ts';

const PREFIX = 'ev-drill';
/** Interfaces have at most 15 characters; inside a namespace they need not be unique on the machine. */
const CABLE = 'eth0';
const BRIDGE = 'br0';

export type Host = {
  readonly name: string;
  readonly address: string;
  /** What stands in front of a command to run it there. */
  readonly via: readonly string[];
};

export type Hosts = {
  /** In the order of the names. */
  readonly list: readonly Host[];
  /** The commands that remove them, also from outside of this process. */
  readonly removal: readonly (readonly string[])[];
  /** Pulls a host's cable out of the switch (`false`) or puts it in again. */
  setCable(host: Host, plugged: boolean): void;
  remove(): void;
};

/** Why there can be no hosts here, in words; null: there can. */
export function whyNoHosts(): string | null {
  if (process.platform !== 'linux') return `network namespaces are Linux's, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const missing = ['ip', 'nsenter'].find((program) => spawnSync(program, ['--version']).error !== undefined);
  if (missing !== undefined) return `${missing} is missing (Debian: apt-get install iproute2 util-linux)`;
  const probe = `${PREFIX}-${process.pid}-probe`;
  const made = run(['ip', 'netns', 'add', probe]);
  if (made !== null) return `this machine lets nobody make network namespaces (${made})`;
  run(['ip', 'netns', 'del', probe]);
  return null;
}

/**
 * Makes hosts that reach one another, and removes those of dead runs. Throws `Failure('bad-configuration')` with the
 * system's words when that cannot be done; then nothing stays behind.
 */
export function makeHosts(names: readonly string[]): Hosts {
  sweepDeadRuns();
  const space = (name: string): string => `${PREFIX}-${process.pid}-${name}`;
  const hub = space('switch');
  const net = freeNetwork();
  const list = names.map((name, i) => ({
    name, address: `${net}.${i + 1}`, via: ['nsenter', `--net=/run/netns/${space(name)}`, '--'],
  }));
  const removal = [...names.map(space), hub].map((each) => ['ip', 'netns', 'del', each]);
  const remove = (): void => removal.forEach((command) => void run(command));
  try {
    must(['ip', 'netns', 'add', hub]);
    must(['ip', '-n', hub, 'link', 'add', BRIDGE, 'type', 'bridge']);
    must(['ip', '-n', hub, 'link', 'set', BRIDGE, 'up']);
    for (const [i, { name, address }] of list.entries()) plugIn({ hub, port: `p${i}`, host: space(name), address });
  } catch (error) {
    remove();
    throw error;
  }
  return {
    list, removal, remove,
    setCable(host, plugged) {
      const port = `p${list.findIndex(({ name }) => name === host.name)}`;
      must(['ip', '-n', hub, 'link', 'set', port, plugged ? 'up' : 'down']);
    },
  };
}

function plugIn({ hub, port, host, address }: { hub: string; port: string; host: string; address: string }): void {
  must(['ip', 'netns', 'add', host]);
  must(['ip', 'link', 'add', 'name', port, 'netns', hub, 'type', 'veth', 'peer', 'name', CABLE, 'netns', host]);
  must(['ip', '-n', hub, 'link', 'set', port, 'master', BRIDGE]);
  must(['ip', '-n', hub, 'link', 'set', port, 'up']);
  must(['ip', '-n', host, 'addr', 'add', `${address}/24`, 'dev', CABLE]);
  must(['ip', '-n', host, 'link', 'set', CABLE, 'up']);
  must(['ip', '-n', host, 'link', 'set', 'lo', 'up']);
}

/** The first three numbers of a private network that this machine does not use itself. */
function freeNetwork(): string {
  const own = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  const free = Array.from({ length: 200 }, (_unused, i) => `10.77.${i + 1}`)
    .find((net) => !own.some((address) => address.startsWith(`${net}.`)));
  if (free === undefined) throw new Failure('bad-configuration', 'no private network is free for the hosts of a drill');
  return free;
}

/** Removes the namespaces of runs whose process is gone; those of others that still run stay. */
function sweepDeadRuns(): void {
  const { stdout } = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' });
  for (const line of (stdout ?? '').split('\n')) {
    const name = line.split(' ')[0] ?? '';
    const pid = Number(new RegExp(`^${PREFIX}-(\\d+)-`).exec(name)?.[1] ?? NaN);
    if (pid > 0 && isGone(pid)) run(['ip', 'netns', 'del', name]);
  }
}

function must(command: readonly string[]): void {
  const trouble = run(command);
  if (trouble !== null) throw new Failure('bad-configuration', `cannot make the hosts of a drill: ${trouble}`);
}

/** Null, or what the command complained of. */
function run([program = '', ...args]: readonly string[]): string | null {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (error !== undefined) return error.message;
  return status === 0 ? null : `${[program, ...args].join(' ')}: ${stderr.trim()}`;
}
