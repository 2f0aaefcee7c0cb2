// What must not stand in the project's files, whatever they are: addresses of a registry, paths of one machine, work
// left for later. And what the documents say must be there: links, commands, flags, variables.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CENTRAL_SETTINGS } from '../../ev-central/config.ts';
import { ENGINE_SETTINGS } from '../../ev-cp-engine/settings.ts';
import { MONITOR_SETTINGS } from '../../ev-cp-monitor/settings.ts';
import { DRIVER_SETTINGS } from '../../ev-driver/settings.ts';
import { NOTIFIER_SETTINGS } from '../../ev-notifier/settings.ts';
import type { Settings } from '../../shared/config.ts';
import { filesUnder, ROOT, sources } from './sources.ts';

const TEXT_FILE = /(\.(ts|mjs|js|json|md|sql|ya?ml|xml|properties|svg|csv)|run|Dockerfile|LICENSE|\.npmrc)$/;
/** Spelled in two parts, so that this file does not find itself. */
const LEFT_FOR_LATER = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME'].join('|')})\\b`);
const MACHINE_PATH = /(^|[\s"'`(=:])(\/(home|Users|root|work)\/[\w.-]+|[A-Z]:\\\\?Users)/;
const REGISTRY = /https?:\/\/([^\s"'/]*registry\.|repo1?\.maven|[^\s"']*\/artifactory\/)|^\s*"resolved":/;

describe('the files', () => {
  it('name no address of a package registry', () => {
    expect(linesThat((line) => REGISTRY.test(line))).toEqual([]);
  });

  it('name no absolute path of a machine', () => {
    expect(linesThat((line) => MACHINE_PATH.test(line))).toEqual([]);
  });

  it('leave nothing for later', () => {
    expect(linesThat((line) => LEFT_FOR_LATER.test(line))).toEqual([]);
  });
});

describe('the documents', () => {
  it('link to files and headings that are there', () => {
    const dead = documents().flatMap(({ path, text }) => links(text)
      .filter((link) => !leads(path, link)).map((link) => `${path}: ${link}`));
    expect(dead).toEqual([]);
  });

  it('list every decision, each with its status, context, decision and consequences', () => {
    const index = readFileSync(join(ROOT, 'docs/decisions/README.md'), 'utf8');
    const pages = filesUnder('docs/decisions', '.md').filter((path) => !path.endsWith('README.md'));
    const unlisted = pages.filter((path) => !index.includes(`(${path.split('/').at(-1) ?? ''})`));
    const parts = ['Status:', '## Context', '## Decision', '## Consequences'];
    const incomplete = pages.flatMap((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8');
      return parts.filter((part) => !text.includes(part)).map((part) => `${path}: ${part}`);
    });
    expect({ unlisted, incomplete }).toEqual({ unlisted: [], incomplete: [] });
  });

  it('name npm commands that are there', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
    const known = new Set([...Object.keys(scripts), 'test']);
    const unknown = documents().flatMap(({ path, text }) => [...text.matchAll(/npm run ([a-z][\w-]*)/g)]
      .filter(([, name = '']) => !known.has(name)).map(([command]) => `${path}: ${command}`));
    expect(unknown).toEqual([]);
  });

  it('name flags of the processes that are there', () => {
    const unknown = documents().flatMap(({ path, text }) => processCommands(text).flatMap(({ name, flags }) => flags
      .filter((flag) => !knownFlag(name, flag)).map((flag) => `${path}: ${name} ${flag}`)));
    expect(unknown).toEqual([]);
  });

  it('name variables that are there', () => {
    const code = sources().map((source) => source.text).join('\n');
    // Those of the processes stand in their tables; the others (of tests and tools) in the sources.
    const inTables = new Set(Object.values(TABLES).flatMap((table) => Object.values(table).map((each) => each.env)));
    const unknown = documents().flatMap(({ path, text }) => [...text.matchAll(/\bEV_[A-Z]+_[A-Z_]*[A-Z]\b/g)]
      .filter(([name]) => !inTables.has(name) && !code.includes(`'${name}'`)).map(([name]) => `${path}: ${name}`));
    expect(unknown).toEqual([]);
  });
});

const TABLES: Readonly<Record<string, Settings>> = {
  'ev-central': CENTRAL_SETTINGS,
  'ev-cp-engine': ENGINE_SETTINGS,
  'ev-cp-monitor': MONITOR_SETTINGS,
  'ev-driver': DRIVER_SETTINGS,
  'ev-notifier': NOTIFIER_SETTINGS,
};
/** Commands of EV_Central and EV_Driver with flags of their own: what they know is in these folders' sources. */
const FOLDER_OF_COMMANDS: Readonly<Record<string, string>> = {
  'ev-central': 'ev-central/cli',
  'ev-driver': 'ev-driver',
  'ev-notifier': 'ev-notifier',
};

function linesThat(matches: (line: string) => boolean): string[] {
  return projectFiles().flatMap((path) => readFileSync(join(ROOT, path), 'utf8').split('\n')
    .flatMap((line, index) => (matches(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 100)}`] : [])));
}

/** What git keeps or would keep; in an unpacked archive without git, every text file but those that are made. */
function projectFiles(): string[] {
  try {
    const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' });
    return listed.split('\n').filter((path) => TEXT_FILE.test(path) && existsSync(join(ROOT, path)));
  } catch {
    return filesUnder('.', '').filter((path) => TEXT_FILE.test(path) && !/^(node_modules|var|\.git)\//.test(path));
  }
}

function documents(): { path: string; text: string }[] {
  return projectFiles().filter((path) => path.endsWith('.md'))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

function links(text: string): string[] {
  const prose = text.replace(/```[\s\S]*?```/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target).filter((each) => !each.includes('://'));
}

function leads(from: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? join(ROOT, from) : join(ROOT, dirname(from), path);
  if (!existsSync(file)) return false;
  return anchor === undefined || headings(readFileSync(file, 'utf8')).includes(anchor);
}

/** The anchors that a page's headings get. */
function headings(text: string): string[] {
  return [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) => title.toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-'));
}

/** Each line of a code block that starts a process, with its flags; a line that ends in `\` goes on in the next. */
function processCommands(text: string): { name: string; flags: string[] }[] {
  const blocks = [...text.matchAll(/```[a-z]*\n([\s\S]*?)```|`([^`\n]+)`/g)]
    .map(([, block, inline]) => block ?? inline ?? '');
  return blocks.join('\n').replace(/\\\n/g, ' ').split('\n').flatMap((line) => {
    const name = /(?:^|\s)npx (ev-[a-z-]+)/.exec(line)?.[1];
    if (name === undefined || TABLES[name] === undefined) return [];
    return [{ name, flags: line.split(' #')[0]?.match(/--[a-z][\w-]*/g) ?? [] }];
  });
}

function knownFlag(name: string, flag: string): boolean {
  if (flag === '--help') return true;
  if (Object.values(TABLES[name] ?? {}).some((each) => `--${each.flag}` === flag)) return true;
  const folder = FOLDER_OF_COMMANDS[name];
  // A list makes flags of its filters: `--fleet` of 'fleetId'.
  const spellings = [`'${flag}`, `'${flag.slice(2)}Id'`];
  return folder !== undefined && filesUnder(folder, '.ts').some((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    return spellings.some((spelling) => text.includes(spelling));
  });
}
