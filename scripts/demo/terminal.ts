// The demo in a terminal: EV_Central's own screen in the foreground, the rest of the network in the background. What
// was started ends with it.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeError } from '../../shared/log.ts';
import { freePort, portProblem } from '../broker/ports.ts';
import { live } from './life.ts';
import { giveAddresses, keepNotifier } from './post.ts';
import { type Stage, startPoints } from './stage.ts';
import { tellWhere } from './where.ts';

export const ROOT = join(import.meta.dirname, '..', '..');
const LEASH = pathToFileURL(join(ROOT, 'scripts', 'leash.mjs')).href;
const UP_TIMEOUT_MS = 30_000;

export type Options = { readonly seed: number; readonly asked: Promise<void> };

/** EV_Central with its screen in this terminal; `q` there ends the demo. */
export async function runCentralScreen(stage: Stage, { seed, asked }: Options): Promise<number> {
  const { network } = stage;
  await choosePort(stage);
  tellWhere(stage);
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
    .then(() => Promise.all([
      startPoints(stage, { stopped }), keepNotifier(stage, () => undefined).then(() => giveAddresses(stage)),
    ]))
    .then(() => live(stage, { seed, stopped })));
  const status = await ended;
  await endNetwork(stage, problem);
  return status;
}

/** The life of the network behind the screens. What goes wrong in it must not end them: it is told afterwards. */
export function inBackground(life: Promise<void>): () => string | null {
  let problem: string | null = null;
  life.catch((error: unknown) => (problem ??= describeError(error)));
  return () => problem;
}

/** Ends the processes; who still waits for one of them hears that it is gone. */
export async function endNetwork({ network }: Stage, problem: () => string | null): Promise<void> {
  const failed = problem(); // what fails from now on fails because of the end
  console.log('Ending the network …');
  await network.stop();
  if (failed !== null) console.error(`Not all of the network lived: ${failed}`);
}

/** The flags of EV_Central with its screen. */
export function centralArgs({ network }: Stage): string[] {
  return [
    '--port', String(network.centralPort), '--data-dir', network.centralDir, ...(network.options.centralArgs ?? []),
  ];
}

export async function choosePort({ network }: Stage): Promise<void> {
  if (network.centralPort === 0) network.centralPort = await freePort();
}

/** Somebody listens on the port now. */
export async function untilListening(port: number, gaveUp: () => boolean): Promise<void> {
  const deadline = Date.now() + UP_TIMEOUT_MS;
  while ((await portProblem(port)) !== 'EADDRINUSE') {
    if (gaveUp()) throw new Error('EV_Central has ended');
    if (Date.now() > deadline) throw new Error(`EV_Central does not listen on port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The file that a process of the network starts with. */
export function main(program: string): string {
  return join(ROOT, program, 'main.ts');
}
