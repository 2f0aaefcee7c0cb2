// What those who run the network rely on: a standby, TLS, configuration that says where it comes from, the trace of one
// wish through all processes.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { at, POINT, smallNetwork, type SmallNetwork, waitFor } from './small-network.ts';

const ROOT = join(import.meta.dirname, '..', '..');
let network: SmallNetwork | undefined;

afterEach(async () => {
  await network?.remove();
  network = undefined;
});

describe('a second Central on the same database', () => {
  it('waits as a standby, says so, and takes over when the first is gone', async () => {
    network = await smallNetwork();
    const first = await network.startCentral();
    const standby = network.start('ev-central', 'standby', [
      '--port', String(network.centralPort), '--data-dir', network.centralDir, '--no-ui',
    ]);
    await standby.untilLine('standby');
    await network.point(POINT);
    await first.kill9();
    await standby.untilLine('listening');
    await network.untilStatus(POINT, 'Available');
    const ana = await network.driver('ana');
    const request = await ana.ask(at(POINT), { energyWh: 1_000 });
    expect((await ana.told('ticket', request)).ticket.energyWh).toBe(1_000);
  });
});

describe('TLS', () => {
  it('carries monitors, drivers and tools, and refuses who does not speak it', async () => {
    network = await smallNetwork();
    await network.startCentralWithTls();
    await network.point(POINT);
    const ana = await network.driver('ana');
    const request = await ana.ask(at(POINT), { energyWh: 1_000 });
    await ana.told('ticket', request);
    delete network.moreEnv['EV_TLS_CA'];
    const plain = await network.tryTool(['ctl', 'points']);
    expect(plain.status).toBe(5);
  });

  it('is insisted on off the loopback, in one line that names the flag', () => {
    const { status, stderr } = run('ev-driver', ['points', '--driver', 'ana', '--central', '192.0.2.1:7010'], {
      EV_DRIVER_PASSWORD: 'x', EV_TLS_CA: '',
    });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/tls/i);
    expect(stderr).toContain('--insecure');
  });
});

describe('configuration', () => {
  it('is printed with its origin and without secrets', () => {
    const { stdout } = run('ev-cp-monitor', ['127.0.0.1:1', '--print-config'], {
      EV_MONITOR_SECRET: 'do-not-print-me', EV_MONITOR_POINT: 'ALC-01',
    });
    expect(stdout).toMatch(/engine +"127\.0\.0\.1:1" +\[argument\]/);
    expect(stdout).toMatch(/point +"ALC-01" +\[environment\]/);
    expect(stdout).not.toContain('do-not-print-me');
  });

  it.each([
    ['ev-central', ['--prot', '7010'], {}, /--port/],
    ['ev-central', ['--port', 'seven'], {}, /--port/],
    ['ev-cp-engine', [], { EV_ENGINE_SPED: '2' }, /EV_ENGINE_SPEED/],
    ['ev-driver', ['--central', 'nowhere'], {}, /host:port/],
    ['ev-cp-monitor', [], {}, /--point/],
  ] as const)('%s %j %j is refused in plain words', (program, args, env, words) => {
    const { status, stderr } = run(program, args, env);
    expect(status).toBe(64);
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe('npm run trace', () => {
  it('prints the path of one wish through driver, Central and engine', async () => {
    network = await smallNetwork();
    await network.startCentral();
    await network.point(POINT);
    const ana = await network.driver('ana');
    const request = await ana.ask(at(POINT), { energyWh: 1_000 });
    await ana.told('ticket', request);
    const trace = join(ROOT, 'scripts', 'trace.ts');
    const { logDir } = network;
    await waitFor(
      () => spawnSync(process.execPath, [trace, request, '--log-dir', logDir], { encoding: 'utf8' }).stdout,
      (text) => ['ev-driver', 'ev-central', 'ev-cp-engine', 'ticket'].every((word) => text.includes(word)),
      { what: 'the path' },
    );
  });
});

function run(program: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  return spawnSync(process.execPath, [join(ROOT, program, 'main.ts'), ...args], {
    encoding: 'utf8', env: { ...process.env, ...env }, timeout: 20_000,
  });
}
