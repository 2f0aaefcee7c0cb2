// What we depend on: each direct package has its reason written down, the lock file pins every package by checksum and
// names no registry, and no package runs a script at its installation but those that were approved.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
type Locked = { version?: string; integrity?: string; resolved?: string; hasInstallScript?: boolean; link?: boolean };

const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
const direct = ['dependencies', 'optionalDependencies', 'devDependencies']
  .flatMap((kind) => Object.entries(manifest[kind] ?? {}));
const locked = Object.entries(lock.packages).filter(([path]) => path !== '');

describe('the dependencies', () => {
  it('each have their reason in docs/decisions', () => {
    const page = read('docs/decisions/0016-every-dependency-has-a-reason.md');
    const named = new Set(page.split('\n').filter((line) => line.startsWith('| '))
      .flatMap((line) => (line.split('|')[1] ?? '').split(',').map((name) => name.trim())));
    expect(direct.map(([name]) => name).filter((name) => !named.has(name))).toEqual([]);
    const known = new Set(direct.map(([name]) => name));
    expect([...named].filter((name) => name !== 'package' && !known.has(name))).toEqual([]);
  });

  it('are pinned to exact versions', () => {
    expect(direct.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('are locked with a checksum each, and without the address of a registry', () => {
    expect(locked.length).toBeGreaterThan(direct.length);
    expect(locked.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? '')).map(([path]) => path)).toEqual([]);
    expect(locked.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
    expect(read('package-lock.json')).not.toMatch(/https?:\/\/[^"]*registry/);
  });

  it('run no script at their installation but those that were approved, by name', () => {
    const withScript = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([path]) => path.replace(/^.*node_modules\//, ''));
    const approved = Object.entries(manifest['allowScripts'] ?? {}).filter(([, allowed]) => String(allowed) === 'true')
      .map(([name]) => name);
    expect(withScript.filter((name) => !approved.includes(name))).toEqual([]);
    expect(approved).toEqual(['bcrypt']);
  });

  it('are audited by what CI runs', () => {
    expect(read('.ci/run')).toContain('scripts/audit.mjs');
  });
});
