// The demo as somebody starts it into a pipe: the story ends well, and shows what a network promises to drivers who
// book. Also when ev-notifier is killed in the middle of it.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokerForTests } from '../integration/broker-for-tests.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const DEMO = join(ROOT, 'scripts', 'demo.ts');
const DEMO_MS = 420_000;
/** Before the slots open: the letters of the reminders are under way. */
const KILL_AT = 'books ALC-01';

let temporary: string;
let lines: string[];
let status: number | null;

beforeAll(async () => {
  const brokers = await brokerForTests();
  temporary = mkdtempSync(join(tmpdir(), 'ev-e2e-demo-'));
  const child = spawn(process.execPath, [DEMO, '--story'], {
    cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TMPDIR: temporary, KAFKA_BROKERS: brokers },
  });
  let output = '';
  let isKilled = false;
  const hear = (chunk: Buffer): void => {
    output += chunk.toString('utf8');
    if (isKilled || !output.includes(KILL_AT)) return;
    isKilled = true;
    for (const pid of notifiers()) process.kill(pid, 'SIGKILL');
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  status = await new Promise((resolve) => child.on('close', resolve));
  lines = output.split('\n');
}, DEMO_MS);

afterAll(() => rmSync(temporary, { recursive: true, force: true }));

describe('the story of the demo', () => {
  it('ends well, although ev-notifier was killed in the middle, and leaves nothing behind', () => {
    expect(status, lines.join('\n')).toBe(0);
    expect(lines).toContain('Every Wh metered was billed once; nothing is held any more.');
    expect(lines.filter((line) => /notifier +is dead; it is started again/.test(line))).toHaveLength(1);
    expect(readdirSync(temporary)).toEqual([]);
    expect(notifiers()).toEqual([]);
  });

  it('has a driver who books, is reminded by e-mail, checks in, charges and gets her invoice', () => {
    expectInOrder([
      /ana +books ALC-01/,
      /ana +<- Reserved \(.*ALC-01 connector 1 .*5\.00 EUR held/,
      /e-mail +\| From: "?EV network"? <ev-notifier@localhost>/,
      /e-mail +\| To: ana@example\.org/,
      /e-mail +\| Subject: EV network: your reservation begins soon/,
      /e-mail +\| Your reservation at ALC-01/,
      /ana +is there, and checks in/,
      /ana +<- Checked in/,
      /ana +asks for 8 kWh at ALC-01/,
      /ana +\| Energy +8\.000 kWh/,
      /e-mail +\| To: ana@example\.org/,
      /e-mail +\| Subject: EV network: document/,
    ]);
    const number = /document (\S+)/.exec(lines.find((line) => /Subject: EV network: document/.test(line)) ?? '')?.[1];
    expect(number).toBeDefined();
    const file = /operator +writes ana's invoice into (\S+\.pdf)/.exec(lines.join('\n'))?.[1] ?? 'none';
    expect(file).toContain(number);
    expect(existsSync(join(ROOT, file))).toBe(true);
  });

  it('has a driver who does not come and pays the fee, and her slot goes to who waits in the queue', () => {
    expectInOrder([
      /hugo +books ALC-02/,
      /ines +asks for 3 kWh at ALC-02, which is kept for hugo, and waits/,
      /ines +<- Waiting at ALC: place 1/,
      /hugo +has not come and pays 5\.00 EUR/,
    ]);
    expectInOrder([/hugo +<- Nobody came for your reservation/, /ines +<- Charging at ALC-02/, /ines +leaves/]);
    expectInOrder([/hugo +\| .*Reservation/, /hugo +leaves/]);
    expectInOrder([
      /e-mail +\| To: hugo@example\.org/, /e-mail +\| Subject: EV network: you did not come to your reservation/,
      /e-mail +\| The fee for it is 5\.00 EUR/,
    ]);
  });
});

/** Each of them matches a line behind the one before. */
function expectInOrder(wanted: readonly RegExp[]): void {
  let from = 0;
  for (const each of wanted) {
    const at = lines.findIndex((line, i) => i >= from && each.test(line));
    expect(at, `${String(each)} behind line ${from} of:\n${lines.join('\n')}`).toBeGreaterThanOrEqual(0);
    from = at + 1;
  }
}

/** Those of this test: their command line names its folder. */
function notifiers(): number[] {
  return execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n')
    .filter((line) => line.includes(temporary) && line.includes('ev-notifier/main.ts'))
    .map((line) => parseInt(line, 10));
}
