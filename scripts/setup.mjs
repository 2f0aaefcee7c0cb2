// What `npm run demo`, `npm test` and the other commands do first: install the dependencies when they are missing or have
// changed, then go on under a Node that runs TypeScript. Plain JavaScript without dependencies; runs under Node 18.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeServes, nodeTooOld, projectNode, ROOT, runNode } from './project-node.mjs';

const OLDEST_NODE = 18;

/**
 * Installs what is needed, runs a TypeScript file of this folder under the project's Node and ends with its exit status.
 * @param {string} entry path from this folder, such as './demo.ts'
 * @param {string[]} [args] default: this command's own
 */
export async function runUnderProjectNode(entry, args = process.argv.slice(2)) {
  ensureInstalled();
  const node = projectNode();
  if (node === undefined) fail(nodeTooOld());
  process.exit(await runNode(node, join(ROOT, 'scripts', entry), args));
}

/** Runs `npm ci` unless node_modules holds what package-lock.json names. Ends the process in plain words if it fails. */
export function ensureInstalled() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < OLDEST_NODE) fail(`This needs Node ${OLDEST_NODE} or newer to set itself up; this is ${process.versions.node}.`);
  if (isInstalled()) return;
  console.error('Installing the dependencies (npm ci) …');
  const { status, error } = npm(['ci', '--no-audit', '--no-fund']);
  if (error !== undefined) fail(`npm could not be started (${error.message}). Install npm and try again.`);
  if (status !== 0) fail('npm ci failed (its own words are above). Mend that and run this again; nothing else was done.');
  if (!nodeServes() && projectNode() === undefined) fail(nodeTooOld());
}

/** Does node_modules hold exactly the packages of package-lock.json? npm writes its list there last. */
export function isInstalled() {
  const wanted = packagesOf(join(ROOT, 'package-lock.json'));
  const present = packagesOf(join(ROOT, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || present === undefined) return false;
  // Optional ones are those of other platforms.
  const missing = Object.entries(wanted).some(
    ([path, { version, optional, devOptional }]) =>
      path !== '' && !optional && !devOptional && present[path]?.version !== version,
  );
  const foreign = Object.entries(present).some(([path, { version }]) => wanted[path]?.version !== version);
  return !missing && !foreign;
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function npm(args) {
  // npm says where it is when it started us; else it is in the path.
  const own = process.env.npm_execpath;
  const options = { cwd: ROOT, stdio: ['ignore', 2, 2] };
  if (own !== undefined && /\.c?js$/.test(own)) return spawnSync(process.execPath, [own, ...args], options);
  return spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
}

function fail(line) {
  console.error(line);
  process.exit(1);
}
