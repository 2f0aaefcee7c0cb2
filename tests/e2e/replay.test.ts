// The replay as somebody starts it: real processes, real broker, a record with everything that a record can have.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { brokerForTests } from '../integration/broker-for-tests.ts';

const REPLAY = join(import.meta.dirname, '..', '..', 'scripts', 'replay.ts');
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const HEADER = 'sessionId,kwhTotal,dollars,created,ended,userId,stationId,locationId';
const RECORD = [
  HEADER,
  '101,7.78,0,0014-11-18 15:40:26,0014-11-18 17:11:04,ana,s1,north',
  // begins before 101 has ended, and makes 103 wait too, which begins after its recorded end
  '102,0.001,0,0014-11-18 16:00:00,0014-11-18 16:01:00,ben,s1,north',
  '103,3.5,0,0014-11-18 17:11:30,0014-11-18 18:00:00,eva,s1,north',
  // ana has two at once; 0 Wh; over midnight and a price border
  '104,0,0,0014-11-18 16:30:00,0014-11-18 16:30:40,ana,s2,north',
  '105,19.999,0,0014-11-18 20:00:00,0014-11-20 09:00:00,ana,s2,north',
  '106,4.2,0,0014-11-31 10:00:00,0014-11-18 11:00:00,ben,s2,north',
  '107,-1,0,0014-11-19 10:00:00,0014-11-19 11:00:00,ben,s2,north',
  '108,0.25,0,0015-01-01 00:00:00,0015-01-01 00:00:00,ben,s3,south',
  '105,1,0,0015-01-02 00:00:00,0015-01-02 01:00:00,ben,s3,south',
  '109,1,0,0015-01-01 00:00:00,0015-01-01 02:00:00,eva,s3,south',
].join('\n');

type Ended = { status: number | null; stdout: string; stderr: string; left: string[] };

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'ev-replay-test-'));
  folders.push(made);
  return made;
}

/** Runs the command; `left` is what it left of its temporary files. */
function replay(args: readonly string[], options: { brokers: string; killWhen?: string }): Promise<Ended> {
  const temporary = folder();
  const child = spawn(process.execPath, [REPLAY, ...args], {
    env: { ...process.env, KAFKA_BROKERS: options.brokers, TMPDIR: temporary }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err]: [string[], string[]] = [[], []];
  let killed = false;
  child.stdout.on('data', (chunk: Buffer) => {
    out.push(chunk.toString());
    if (killed || options.killWhen === undefined || !out.join('').includes(options.killWhen)) return;
    killed = child.kill('SIGINT');
  });
  child.stderr.on('data', (chunk: Buffer) => void err.push(chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      const left = readdirSync(temporary).filter((name) => name.startsWith('ev-replay'));
      resolve({ status, stdout: out.join(''), stderr: err.join(''), left });
    });
  });
}

function recordFile(text: string): string {
  const file = join(folder(), 'record.csv');
  writeFileSync(file, text);
  return file;
}

it('drives a record through the network and reconciles it to the Wh', async () => {
  const brokers = await brokerForTests();
  const { status, stdout, stderr, left } = await replay([recordFile(RECORD), '--json'], { brokers });
  expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
    sessions: 7, completed: 7, energyWh: 32_530, expectedWh: 32_530, ticketsRecomputed: 7, duplicates: 0,
    skippedRows: 3, queued: 2, queuedByRecord: 1, deadLetters: 0, invoices: 7,
    seconds: expect.any(Number) as number, ok: true,
  });
  expect(status).toBe(0);
  expect(stderr).toContain('Line 7: created “0014-11-31 10:00:00” is no time');
  expect(stderr).toContain('Line 8: kwhTotal “-1” is negative');
  expect(stderr).toContain('Line 10: session 105 stands in line 6 already');
  expect(stderr).toContain('All agrees.');
  expect(left).toEqual([]);
});

it('ends everything at Ctrl-C', async () => {
  const brokers = await brokerForTests();
  const { status, stdout, left } = await replay([recordFile(RECORD)], { brokers, killWhen: ' sessions (' });
  expect({ status, left }).toEqual({ status: 130, left: [] });
  expect(stdout).toContain('Interrupted: everything is ended.');
});

it.each([
  ['a file that is not there', () => '/no/such/file.csv', 'cannot read /no/such/file.csv'],
  ['a file with other columns', () => recordFile('ID,Station Name\n1,x\n'), 'lacks the columns sessionId, kwhTotal'],
])('refuses %s in one line', async (_what, file, line) => {
  const { status, stdout, stderr } = await replay([file()], { brokers: '127.0.0.1:1' });
  expect({ status, stdout }).toEqual({ status: 64, stdout: '' });
  expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(line) as string]);
});
