// The compose file without a container engine: docker-compose's own check where it is installed (Debian: apt-get
// install docker-compose), and what our scripts and settings rely on in any case.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CENTRAL_SETTINGS } from '../../ev-central/config.ts';
import { ENGINE_SETTINGS } from '../../ev-cp-engine/settings.ts';
import { MONITOR_SETTINGS } from '../../ev-cp-monitor/settings.ts';
import { DRIVER_SETTINGS } from '../../ev-driver/settings.ts';
import type { Settings } from '../../shared/config.ts';
import { ROOT } from './sources.ts';

const FILE = join(ROOT, 'docker-compose.yml');
const text = readFileSync(FILE, 'utf8');

/** The compose program of this machine: Docker's plugin or the older one of its own; undefined without either. */
function composeProgram(): readonly string[] | undefined {
  const known = [['docker-compose'], ['docker', 'compose']];
  return known.find(([program = '', ...args]) => spawnSync(program, [...args, 'version']).status === 0);
}

describe('docker-compose.yml', () => {
  const compose = composeProgram();

  it.skipIf(compose === undefined)('is a compose file (skipped where docker-compose is not installed)', () => {
    const [program = '', ...args] = compose ?? [];
    const checked = spawnSync(program, [...args, '-f', FILE, 'config', '--quiet'], { encoding: 'utf8' });
    expect(checked.stderr).toBe('');
    expect(checked.status).toBe(0);
  });

  it('has the broker under the name and port that the demo starts alone', () => {
    const service = /^ {2}kafka:\n([\s\S]*?)^ {2}\w/m.exec(text)?.[1] ?? '';
    expect(service).toContain('image: apache/kafka:4.1.0');
    expect(service).toContain('"127.0.0.1:9092:9092"');
    expect(service).toContain('healthcheck:');
  });

  it('sets only variables that are settings', () => {
    const tables: Settings[] = [CENTRAL_SETTINGS, ENGINE_SETTINGS, MONITOR_SETTINGS, DRIVER_SETTINGS];
    const known = new Set(tables.flatMap((table) => Object.values(table).map((each) => each.env)));
    const used = [...text.matchAll(/\b(EV_[A-Z_]+|KAFKA_BROKERS)\b/g)].map(([name]) => name);
    expect(used.filter((name) => !known.has(name))).toEqual([]);
  });

  it('holds no secret: what is secret is read from a volume', () => {
    const secret = /(PASSWORD|SECRET|PAIRING_CODE)\w*\s*[:=]\s*(?!\$\$\(cat |\/data\/)\S+/;
    expect(text.split('\n').filter((line) => secret.test(line))).toEqual([]);
  });

  it('gives every volume that it uses, and each process one of its own', () => {
    const list = text.split(/^volumes:\n/m)[1] ?? '';
    const declared = new Set([...list.matchAll(/^ {2}([\w-]+):$/gm)].map(([, name]) => name));
    const used = [...text.matchAll(/["\s]([a-z][\w-]*):\/(?:data|volumes|public|var)\b/g)].map(([, name]) => name);
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter((name) => !declared.has(name))).toEqual([]);
    const monitors = [...text.matchAll(/"(monitor-[\w-]+):\/data"/g)].map(([, name]) => name);
    expect(new Set(monitors).size).toBe(monitors.length);
  });
});
