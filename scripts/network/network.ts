// A whole network of real processes on this machine, in one folder: EV_Central, engines, monitors and drivers' clients
// over TCP and Kafka. The demo, the replay, the end-to-end tests and the drills all start theirs here.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { freePort } from '../broker/ports.ts';
import { type JsonEvent, ManagedProcess, type ProcessName } from './managed-process.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const TOOL_TIMEOUT_MS = 120_000;
/** A machine that starts thirty processes at once takes its time. */
const ENGINE_UP_MS = 45_000;
const ENDED = 'this network has ended: nothing more starts in it';

const secretsSchema = z.object({
  points: z.record(z.string(), z.string()),
  users: z.record(z.string(), z.object({ password: z.string(), pin: z.string().nullable().optional() })),
});
export type Secrets = z.infer<typeof secretsSchema>;

export type NetworkOptions = {
  /** Everything of this network: database, journals, logs, secrets. */
  readonly dir: string;
  readonly brokers: string;
  readonly topicPrefix: string;
  /** More flags for EV_Central. */
  readonly centralArgs?: readonly string[];
  /** Where EV_Central is reached; default 127.0.0.1. */
  readonly centralHost?: string;
  /**
   * What stands in front of each program's command, to start it on another host. Tools run beside EV_Central and use
   * its loopback, where the token of local tools is taken.
   */
  readonly via?: (program: ProcessName) => readonly string[];
};

/** Addresses in place of the real ones, for the processes started from now on: a drill's cables lie in between. */
export type Detours = {
  monitorToCentral?: string;
  driverToCentral?: string;
  /** By point. */
  readonly monitorToEngine: Map<string, string>;
};

/** An engine with its monitor. */
export type PointProcesses = { readonly pointId: string; engine: ManagedProcess; monitor: ManagedProcess };

export class Network {
  readonly options: NetworkOptions;
  readonly processes = new Set<ManagedProcess>();
  readonly points = new Map<string, PointProcesses>();
  /** More of the environment, for the processes started from now on. */
  readonly moreEnv: Record<string, string> = {};
  readonly detours: Detours = { monitorToEngine: new Map() };
  centralPort = 0;
  secrets: Secrets = { points: {}, users: {} };
  #central: ManagedProcess | null = null;
  readonly #tools = new Map<ChildProcess, Promise<unknown>>();
  #stopped = false;
  readonly #enginePorts = new Map<string, number>();

  constructor(options: NetworkOptions) {
    this.options = options;
  }

  /** It was stopped: whoever of it is gone was ended, and nothing more starts. */
  get hasEnded(): boolean {
    return this.#stopped;
  }

  get logDir(): string {
    return join(this.options.dir, 'log');
  }

  get centralAddress(): string {
    return `${this.options.centralHost ?? '127.0.0.1'}:${this.centralPort}`;
  }

  get central(): ManagedProcess {
    if (this.#central === null) throw new Error('EV_Central was not started');
    return this.#central;
  }

  /** Makes the database with the sites, points, users and tariffs of a file; keeps the secrets that were generated. */
  async load(networkFile: string): Promise<void> {
    await mkdir(this.options.dir, { recursive: true, mode: 0o700 });
    const secretsFile = join(this.options.dir, 'secrets.json');
    await this.tool(['admin', 'load', networkFile, '--secrets-out', secretsFile, '--bcrypt-cost', '4']);
    this.secrets = secretsSchema.parse(JSON.parse(await readFile(secretsFile, 'utf8')));
  }

  /** Starts EV_Central (again, on the same port and database) and waits until it listens. */
  async startCentral(args: readonly string[] = []): Promise<ManagedProcess> {
    if (this.centralPort === 0) this.centralPort = await freePort();
    const central = this.start('ev-central', 'EV_Central', [
      '--port', String(this.centralPort), '--data-dir', this.centralDir, '--no-ui',
      ...(this.options.centralArgs ?? []), ...args,
    ]);
    this.#central = central;
    await central.untilLine('listening');
    return central;
  }

  /** Starts Central with TLS; who is started from then on trusts its authority. */
  async startCentralWithTls(): Promise<void> {
    const tlsDir = join(this.options.dir, 'tls');
    await this.startCentral(['--tls', '--tls-dir', tlsDir]);
    this.moreEnv['EV_TLS_CA'] = join(tlsDir, 'ca.crt');
  }

  get centralDir(): string {
    return join(this.options.dir, 'central');
  }

  /** Starts one point: an engine and its monitor, each a process. */
  async startPoint(pointId: string, engineArgs: readonly string[] = []): Promise<PointProcesses> {
    const engine = await this.startEngine(pointId, engineArgs);
    const monitor = this.startMonitor(pointId);
    const point = { pointId, engine, monitor };
    this.points.set(pointId, point);
    return point;
  }

  async startEngine(pointId: string, args: readonly string[] = []): Promise<ManagedProcess> {
    const engine = this.start('ev-cp-engine', `engine ${pointId}`, [
      '--listen', `127.0.0.1:${await this.enginePort(pointId)}`, '--id', pointId,
      '--data-dir', join(this.options.dir, 'engine', pointId), '--control', ...args,
    ]);
    await engine.next((event) => event['event'] === 'ready', ENGINE_UP_MS);
    const point = this.points.get(pointId);
    if (point !== undefined) point.engine = engine;
    return engine;
  }

  startMonitor(pointId: string): ManagedProcess {
    const engine = this.detours.monitorToEngine.get(pointId) ?? `127.0.0.1:${this.#enginePorts.get(pointId) ?? 0}`;
    const monitor = this.start('ev-cp-monitor', `monitor ${pointId}`, [
      '--engine', engine, '--central', this.detours.monitorToCentral ?? this.centralAddress,
      '--point', pointId, '--data-dir', join(this.options.dir, 'monitor'), '--control',
    ], { EV_MONITOR_SECRET: this.secrets.points[pointId] ?? '' });
    const point = this.points.get(pointId);
    if (point !== undefined) point.monitor = monitor;
    return monitor;
  }

  /** Many points in one engine and one monitor process. */
  async startFleet(pointIds: readonly string[], fleetFile: unknown, engineArgs: readonly string[] = []): Promise<{
    engine: ManagedProcess; monitor: ManagedProcess;
  }> {
    const file = join(this.options.dir, 'fleet.json');
    const secretsFile = join(this.options.dir, 'fleet-secrets.json');
    const secrets = Object.fromEntries(pointIds.map((id) => [id, this.secrets.points[id]]));
    await writeFile(file, JSON.stringify(fleetFile));
    await writeFile(secretsFile, JSON.stringify(secrets), { mode: 0o600 });
    const port = await this.enginePort('fleet');
    const engine = this.start('ev-cp-engine', 'engine fleet', [
      '--listen', `127.0.0.1:${port}`, '--fleet', file, '--data-dir', join(this.options.dir, 'engine', 'fleet'),
      '--control', ...engineArgs,
    ]);
    await engine.next((event) => event['event'] === 'ready');
    const monitor = this.start('ev-cp-monitor', 'monitor fleet', [
      '--engine', `127.0.0.1:${port}`, '--central', this.centralAddress, '--fleet', secretsFile,
      '--data-dir', join(this.options.dir, 'monitor'), '--control',
    ]);
    return { engine, monitor };
  }

  /** All these drivers in one client process, driven by JSON lines. */
  async startDrivers(driverIds: readonly string[], label = 'drivers'): Promise<ManagedProcess> {
    const file = join(this.options.dir, `${label}.json`);
    const drivers = driverIds.map((driverId) => ({
      driverId, password: this.secrets.users[driverId]?.password ?? '',
    }));
    await writeFile(file, JSON.stringify({ drivers }), { mode: 0o600 });
    return this.start('ev-driver', label, [
      '--central', this.detours.driverToCentral ?? this.centralAddress, '--fleet', file, '--control',
      '--data-dir', join(this.options.dir, 'driver'),
    ]);
  }

  /** Starts any process of this network, with the broker, topics and logs that all share. */
  start(
    program: ManagedProcess['program'], label: string, args: readonly string[],
    env: Readonly<Record<string, string>> = {}, onEvent?: (event: JsonEvent) => void,
  ): ManagedProcess {
    if (this.#stopped) throw new Error(ENDED);
    const process = new ManagedProcess({
      program, label, args, env: { ...this.env, ...env }, ...(onEvent === undefined ? {} : { onEvent }),
      via: this.options.via?.(program) ?? [],
    });
    this.processes.add(process);
    return process;
  }

  /** The environment that every process of this network gets. */
  get env(): Readonly<Record<string, string>> {
    const { brokers, topicPrefix } = this.options;
    return {
      KAFKA_BROKERS: brokers, EV_TOPIC_PREFIX: topicPrefix, EV_LOG_DIR: this.logDir,
      // Several of them run on one machine; who wants the API gives it a port.
      EV_CENTRAL_API_PORT: 'off', ...this.moreEnv,
    };
  }

  /** Runs a tool (`admin …`, `ctl …`) to its end; rejects with what it printed unless it ends with 0. */
  async tool(args: readonly string[]): Promise<string> {
    const { status, output } = await this.tryTool(args);
    if (status !== 0) throw new Error(`ev-central ${args.slice(0, 2).join(' ')} ended with ${status}: ${output}`);
    return output;
  }

  /** As `tool`, for a tool that may fail. */
  tryTool(args: readonly string[]): Promise<{ status: number; output: string }> {
    if (this.#stopped) return Promise.reject(new Error(ENDED));
    const [tool = '', ...rest] = args;
    // Before Central runs, a tool opens the database itself.
    const where = this.#central === null ? [] : ['--central', `127.0.0.1:${this.centralPort}`];
    // One that somebody else has started is found by this.
    const usual = this.centralPort === 0 ? {} : { EV_CENTRAL_PORT: String(this.centralPort) };
    const [command = '', ...whole] = [
      ...this.options.via?.('ev-central') ?? [], process.execPath,
      join(ROOT, 'ev-central', 'main.ts'), tool, ...rest, '--data-dir', this.centralDir, ...where,
    ];
    const child = spawn(command, whole, {
      cwd: ROOT, env: { ...process.env, ...this.env, ...usual }, stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TOOL_TIMEOUT_MS,
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => { output += chunk.toString('utf8'); });
    child.stderr.on('data', (chunk: Buffer) => { output += chunk.toString('utf8'); });
    const ended = new Promise<{ status: number; output: string }>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status) => resolve({ status: status ?? 1, output }));
    });
    this.#tools.set(child, ended);
    return ended.finally(() => this.#tools.delete(child));
  }

  /** Rows of a `ctl` list, parsed. */
  async rows(args: readonly string[]): Promise<Record<string, unknown>[]> {
    const output = await this.tool(['ctl', ...args, '--json']);
    const value: unknown = JSON.parse(output);
    return z.array(z.record(z.string(), z.unknown())).parse(value);
  }

  /** Ends every process: tools and clients first, EV_Central behind them. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const child of this.#tools.keys()) child.kill();
    await Promise.allSettled(this.#tools.values());
    const order: ProcessName[] = ['ev-notifier', 'ev-driver', 'ev-cp-monitor', 'ev-cp-engine', 'ev-central', 'kafka'];
    for (const program of order) {
      await Promise.all([...this.processes].filter((p) => p.program === program).map((p) => p.stop()));
    }
    this.processes.clear();
  }

  /** Where a point's engine listens; chosen when it is first asked for. */
  async enginePort(name: string): Promise<number> {
    const known = this.#enginePorts.get(name);
    if (known !== undefined) return known;
    const port = await freePort();
    this.#enginePorts.set(name, port);
    return port;
  }
}
