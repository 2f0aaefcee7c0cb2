import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { type Host, type Hosts, makeHosts, whyNoHosts } from './hosts.ts';

const whyNot = whyNoHosts();
let hosts: Hosts | undefined;

afterEach(() => {
  hosts?.remove();
  hosts = undefined;
});

describe.skipIf(whyNot !== null)('the hosts of a drill', () => {
  it('reach one another until a cable is pulled, and again when it is back', () => {
    hosts = makeHosts(['one', 'two']);
    const [one, two] = hosts.list;
    if (one === undefined || two === undefined) throw new Error('there are two');
    expect(one.address).not.toBe(two.address);
    expect(carries(one, two)).toBe(true);
    hosts.setCable(two, false);
    expect(carries(one, two)).toBe(false);
    hosts.setCable(two, true);
    expect(carries(one, two)).toBe(true);
  });

  it('leave nothing behind, and a run removes what a dead one has left, but nothing of a living one', () => {
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    const living = process.ppid;
    for (const pid of [gone, living]) spawnSync('ip', ['netns', 'add', `ev-drill-${pid}-left`]);
    hosts = makeHosts(['one']);
    expect(namespaces()).not.toContain(`ev-drill-${gone}-left`);
    expect(namespaces()).toContain(`ev-drill-${living}-left`);
    spawnSync('ip', ['netns', 'del', `ev-drill-${living}-left`]);
    expect(namespaces()).toContain(`ev-drill-${process.pid}-`);
    hosts.remove();
    expect(namespaces()).not.toContain(`ev-drill-${process.pid}-`);
  });
});

/** Does a connection attempt at a closed port of the other come back at once (refused), or does nobody answer? */
function carries(from: Host, to: Host): boolean {
  const probe = `const s = require('node:net').connect(9, '${to.address}');
    s.on('error', (e) => process.exit(e.code === 'ECONNREFUSED' ? 0 : 1)); setTimeout(() => process.exit(1), 1000);`;
  const [program = '', ...args] = [...from.via, process.execPath, '-e', probe];
  return spawnSync(program, args).status === 0;
}

function namespaces(): string {
  return spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' }).stdout;
}
