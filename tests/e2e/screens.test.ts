// The four screens over a real network: each process in a terminal of its own, an operator, a driver and a technician
// at the keys. Nothing is looked up behind the screens: what is true has to be seen on them.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../scripts/broker/ports.ts';
import { openProcessTerminal, type ProcessTerminal } from '../screen/process-terminal.ts';
import { POINT, SPEED, smallNetwork, type SmallNetwork } from './small-network.ts';

let net: SmallNetwork;
let central: ProcessTerminal;
let engine: ProcessTerminal;
let monitor: ProcessTerminal;
let driver: ProcessTerminal;
const opened: ProcessTerminal[] = [];

beforeAll(async () => {
  net = await smallNetwork();
  net.centralPort = await freePort();
  const engineAddress = `127.0.0.1:${await freePort()}`;
  central = open('ev-central', ['--port', String(net.centralPort), '--data-dir', net.centralDir]);
  await central.waitFor((text) => text.includes('listening on') && text.includes('bus up'), 'EV_Central to listen');
  engine = open('ev-cp-engine', [
    '--listen', engineAddress, '--data-dir', join(net.options.dir, 'engine'), '--speed', String(SPEED),
  ]);
  await engine.waitFor((text) => text.includes('EV_CP_Engine'), 'the engine’s screen');
  monitor = open('ev-cp-monitor', [
    engineAddress, net.centralAddress, POINT, '--data-dir', join(net.options.dir, 'monitor'),
  ], { EV_MONITOR_SECRET: net.secrets.points[POINT] ?? '' });
  driver = open('ev-driver', [
    '--central', net.centralAddress, '--driver', 'ana', '--data-dir', join(net.options.dir, 'driver'),
  ]);
  await seesStatus('Activated');
}, 120_000);

afterAll(async () => {
  for (const terminal of opened) terminal.kill('SIGKILL');
  await Promise.all(opened.map((terminal) => terminal.ended()));
  await net.remove();
});

function open(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): ProcessTerminal {
  const terminal = openProcessTerminal({
    file: join(program, 'main.ts'), args, columns: 80, rows: 24, env: { ...net.env, ...env },
  });
  opened.push(terminal);
  return terminal;
}

/** The operator's tile of the point says so. */
function seesStatus(label: string): Promise<string> {
  const tile = new RegExp(`${POINT} +${label}`);
  return central.waitFor((text) => tile.test(text), `the tile of ${POINT} to say ${label}`);
}

describe('an operator at the screen of EV_Central', () => {
  it('stops a point and resumes it', async () => {
    central.type('s');
    await central.waitFor((text) => text.includes(`point ${POINT}`), 'the window of the order');
    central.type('\r');
    await seesStatus('Out of order');
    await engine.waitFor((text) => text.includes('OUT OF ORDER'), 'the point to hear of it');
    central.type('r');
    await central.waitFor((text) => text.includes('Resume (activate)'), 'the window of the order');
    central.type('\r');
    await seesStatus('Activated');
    await engine.waitFor((text) => text.includes('ACTIVATED'), 'the point to hear of it');
  });
});

describe('a driver at her screen', () => {
  it('logs in, is told when the password is wrong, and sees the points', async () => {
    await driver.waitFor((text) => text.includes('Log in at EV_Central'), 'the form');
    driver.type('not-hers\r');
    await driver.waitFor((text) => /Log in at[^]*password .* is wrong[^]*Cancel/.test(text), 'the reason');
    driver.type('ana-secret\r');
    const seen = await driver.waitFor((text) => text.includes('balance 500.00 EUR') && /ALC-01 +o free/.test(text));
    expect(seen).not.toContain('ana-secret');
  });

  it('asks for a charge, follows it live and gets the ticket', async () => {
    driver.type('c');
    await driver.waitFor((text) => text.includes(`this point: ${POINT}`), 'the form of the request');
    driver.type('\t\x1b[C\t2.5\r');
    await driver.waitFor((text) => text.includes('PLUG IN BEFORE'), 'the band that says what to do');
    await engine.waitFor((text) => text.includes('ana is authorized'), 'the engine to know her');
    engine.type('p');
    await engine.waitFor((text) => text.includes('Plug a vehicle in'), 'the form of the vehicle');
    engine.type('\r');
    const gauge = /charging since.*\n[^]*[1-9]\d?\.\d kW[^]*Goal.*of 2\.50 kWh/;
    await driver.waitFor((text) => gauge.test(text), 'the gauge');
    await central.waitFor((text) => /Supplying[^]*kW .* EUR ana/.test(text), 'her charge on the tile');
    await driver.waitFor((text) => text.includes('completed since') && text.includes('balance 499.00 EUR'), 'the end');
    driver.type('t');
    await driver.waitFor((text) => /Total +1\.00 EUR/.test(text) && text.includes('2.500 kWh x 0.40'), 'the ticket');
    driver.type('\x1b');
    // Each screen draws in a rhythm of its own: as long as the engine's shows a charge, unplugging is asked about.
    await engine.waitFor((text) => text.includes('FINISHING'), 'the engine to show the end');
    engine.type('u');
    await seesStatus('Activated');
  });
});

describe('a reservation', () => {
  it('is booked by a driver with keys, stands in the calendar of the operator, and is cancelled', async () => {
    // Esc and a key that come together are another key.
    await driver.waitFor((text) => !text.includes('─ Ticket ─'), 'the ticket to be closed');
    driver.type('4');
    await driver.waitFor((text) => text.includes('nothing reserved'), 'the page of reservations');
    driver.type('b');
    await driver.waitFor((text) => text.includes('Reserve a connector'), 'the form');
    driver.type(`${POINT}\t\t\x15+2h\r`);
    const booked = await driver.waitFor((text) => /\d-\d\d:\d\d +in 2 h 00 +ALC-01\/1 +booked/.test(text), 'the row');
    const day = /(\d{4}-\d\d-\d\d) \d\d:\d\d-\d\d:\d\d/.exec(booked)?.[1] ?? '';
    central.type('9');
    const shown = await central.waitFor((text) => /\d{4}-\d\d-\d\d {2}ALC Alicante/.test(text), 'the calendar');
    if (!shown.includes(`${day}  ALC`)) central.type('\x1b[C');
    await central.waitFor((text) => /ALC-01\/1 [^\n]*▒[^]*booked +ana/.test(text), 'her reservation in the calendar');
    driver.type('x');
    await driver.waitFor((text) => text.includes('Cancelling now costs'), 'the question');
    driver.type('y');
    await driver.waitFor((text) => text.includes('nothing reserved'), 'it to be cancelled');
    driver.type('1');
    central.type('1');
    await seesStatus('Activated');
  });
});

describe('a technician at the point', () => {
  it('makes it answer KO and repairs it, and the operator sees both', async () => {
    engine.type('k');
    await seesStatus('Broken down');
    await monitor.waitFor((text) => /Engine is +KO since/.test(text), 'the monitor to see it');
    engine.type('k');
    await seesStatus('Activated');
  });

  it('lets a revoked point in again from the menu of its monitor', async () => {
    central.type('ok');
    await central.waitFor((text) => text.includes('Note'), 'the window of the order');
    central.type('\r');
    await seesStatus('Disconnected');
    await monitor.waitFor((text) => text.includes('waits for key "a"'), 'the monitor to wait for somebody');
    monitor.type('a');
    await monitor.waitFor((text) => text.includes('authenticate this point now?'), 'the question');
    monitor.type('y');
    await monitor.waitFor((text) => /Authenticated +yes since/.test(text), 'the authentication');
    await seesStatus('Activated');
  });
});

describe('a terminal', () => {
  it('can change its size while its screen is up', async () => {
    for (const [terminal, name] of screens()) {
      terminal.resize(132, 40);
      // The clock stands at the right end of the first line, the keys at the bottom.
      const fills = (): boolean => {
        const lines = terminal.lines();
        return /^.{120,} \d\d:\d\d:\d\d$/.test((lines[0] ?? '').trimEnd()) && (lines[39] ?? '').includes('Quit');
      };
      await terminal.waitFor(fills, `${name} to grow`);
      terminal.type('?');
      await terminal.waitFor((text) => text.includes('Everywhere'), `the help of ${name}`);
      terminal.type('\x1b');
      terminal.resize(80, 24);
      await terminal.waitFor((text) => !text.includes('Everywhere') && text.includes('Quit'), `${name} to shrink`);
    }
  });

  it('is given back after kill -TERM and after quitting', async () => {
    driver.kill('SIGTERM');
    await driver.ended();
    expect(driver.leftBehind()).toEqual([]);
    for (const [terminal, name] of screens().slice(1)) {
      terminal.type('q');
      await terminal.waitFor((text) => text.includes('End this program?'), `the question of ${name}`);
      terminal.type('y');
      expect([name, await terminal.ended()]).toEqual([name, 0]);
      expect([name, terminal.leftBehind()]).toEqual([name, []]);
    }
  });
});

/** In the order in which they are ended: EV_Central last. */
function screens(): readonly (readonly [ProcessTerminal, string])[] {
  return [[driver, 'the driver'], [monitor, 'the monitor'], [engine, 'the engine'], [central, 'EV_Central']];
}
