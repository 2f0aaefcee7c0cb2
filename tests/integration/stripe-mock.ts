// stripe-mock, Stripe's own server for tests: it checks the shape of every request against Stripe's OpenAPI document.
// Built with the Go tool chain into a temporary folder, and started on a free port of the loopback.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../scripts/broker/ports.ts';

const MOCK = 'github.com/stripe/stripe-mock@v0.203.0';

export type StripeMock = { readonly port: number; stop(): Promise<void> };

export function hasGo(): boolean {
  return spawnSync('go', ['version']).status === 0;
}

/** Throws, with what Go said, when it cannot be built. The first build takes minutes; Go keeps what it has compiled. */
export async function startStripeMock(): Promise<StripeMock> {
  const dir = mkdtempSync(join(tmpdir(), 'ev-stripe-mock-'));
  try {
    await build(dir);
    const port = await freePort();
    const child = spawn(join(dir, 'stripe-mock'), ['-http-addr', `127.0.0.1:${port}`], { stdio: 'ignore' });
    await untilItAnswers(child, port);
    return {
      port,
      async stop() {
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await new Promise((done) => child.once('exit', done));
        rmSync(dir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
}

async function build(dir: string): Promise<void> {
  const env = { ...process.env, GOBIN: dir };
  const child = spawn('go', ['install', MOCK], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => void (said += chunk.toString()));
  const status = await new Promise<number | null>((resolve) => void child.once('exit', resolve));
  if (status !== 0) throw new Error(`stripe-mock cannot be built with "go install ${MOCK}": ${said.slice(-500)}`);
}

async function untilItAnswers(child: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (child.exitCode !== null) throw new Error(`stripe-mock ended with status ${child.exitCode}`);
    // Any answer will do: it is there.
    const isThere = await fetch(`http://127.0.0.1:${port}/`).then(() => true, () => false);
    if (isThere) return;
    await sleep(100);
  }
  child.kill('SIGKILL');
  throw new Error('stripe-mock did not answer in 30 s');
}
