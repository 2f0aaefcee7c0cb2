// Which Node runs our sources: the one that runs this, when it is new enough, else Node 24 from node_modules. Plain
// JavaScript without dependencies for Node 18 and newer, because it also runs where only an old Node is installed.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MIN_NODE = [22, 18];
/** Exit status of the failure `node-too-old` (shared/failure.ts). */
const NODE_TOO_OLD = 65;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Does this version of Node run TypeScript as it is? */
export function nodeServes(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
}

/** Path of the Node to use; undefined when there is none. */
export function projectNode() {
  if (nodeServes()) return process.execPath;
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  const own = join(ROOT, 'node_modules', `node-${system}-${process.arch}`, 'bin', program);
  return existsSync(own) ? own : undefined;
}

/** The line for somebody whose Node is too old. */
export function nodeTooOld() {
  return (
    `This needs Node ${MIN_NODE.join('.')} or newer; this is ${process.versions.node}. ` +
    'Run “npm ci” in the project first: it brings Node 24 along (on macOS install Node 22.18 or newer).'
  );
}

/**
 * Runs a process's main file: here, when this Node is new enough, else in the project's Node 24 with the same terminal,
 * arguments, signals and exit status. Refuses in plain words when there is none.
 * @param {string} mainUrl URL of the TypeScript file
 */
export async function startUnderProjectNode(mainUrl) {
  if (nodeServes()) {
    await import(mainUrl);
    return;
  }
  const node = projectNode();
  if (node === undefined) {
    console.error(nodeTooOld());
    process.exit(NODE_TOO_OLD);
  }
  process.exit(await runNode(node, fileURLToPath(mainUrl), process.argv.slice(2)));
}

/**
 * Runs a file under a Node to its end and returns its exit status (128 + number of the signal that ended it). Signals go on
 * to it, and it ends with this process, also when this one is killed.
 */
export function runNode(node, file, args) {
  const leash = pathToFileURL(join(ROOT, 'scripts', 'leash.mjs')).href;
  const child = spawn(node, ['--import', leash, file, ...args], {
    env: { ...process.env, EV_LEASH: String(process.pid) },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const forward = (signal) => {
    // Ctrl-C in a terminal reaches the child by itself; a second one from here would cut its clean end short.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, forward);
  return new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(`Node could not be started (${node}): ${error.message}`);
      resolve(1);
    });
    child.on('exit', (status, signal) => {
      for (const each of SIGNALS) process.off(each, forward);
      resolve(signal === null ? (status ?? 1) : 128 + (constants.signals[signal] ?? 0));
    });
  });
}
