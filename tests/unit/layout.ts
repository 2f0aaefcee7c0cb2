// The layout's rules as functions, so that the tests can try them on arrows that must not exist. Which file may import
// which is in docs/decisions/0011-layout-is-tested.md.
import { folderOf, isProduction, PROCESSES, type Import, type Source } from './sources.ts';

/** Files of shared/ without I/O, clock, random source or environment: what a core may use. */
export const PURE_SHARED = new Set([
  'account', 'assert', 'clock', 'decimal', 'fact-position', 'frame', 'ids', 'key-renewal', 'limits', 'money',
  'reservation-fee', 'reservation-states', 'words', 'zone',
].map((name) => `shared/${name}.ts`));
/** Folders of shared/ that are pure as a whole. */
const PURE_SHARED_FOLDERS = ['shared/messages/', 'shared/words/'];
/** Files of shared/ that a pure file may name in types only: what they declare is data, what they do is I/O. */
const TYPES_FOR_PURE = new Set([
  'shared/bus/port.ts', 'shared/log.ts', 'shared/screen/handle.ts', 'shared/wire/close-reason.ts',
]);

/** Folders of processes that are pure as a whole. */
const PURE_FOLDERS = ['ev-central/core/', 'ev-notifier/core/'];

/** The pure files of the processes, besides those folders. They are the ones that say so in their head. */
export const PURE_FILES = new Set([
  ...['boot', 'charging', 'command', 'engine', 'fact', 'monitor-frame', 'permission', 'point-state', 'request-at-point',
    'script', 'vehicle'].map((name) => `ev-cp-engine/${name}.ts`),
  'ev-cp-monitor/monitor.ts',
  'ev-cp-monitor/monitor-state.ts',
  ...['answers', 'charges', 'client', 'client-state', 'deliveries', 'distance', 'notice-inbox', 'questions', 'requests',
    'reservation-view', 'screen-view'].map((name) => `ev-driver/${name}.ts`),
]);

/** What a pure file must not name, and what it does instead. */
export const IMPURE_WORDS: Readonly<Record<string, string>> = {
  Date: 'it gets `now` as an argument',
  'Math.random': 'ids come from a counter, random values with the input',
  process: 'settings are passed in',
  console: 'it returns an effect',
  setTimeout: 'it keeps a deadline in its state',
  setInterval: 'it keeps a deadline in its state',
  setImmediate: 'it is called when there is an input',
  queueMicrotask: 'it is called when there is an input',
  crypto: 'ids come from a counter, random values with the input',
  performance: 'it gets `now` as an argument',
  fetch: 'it returns an effect and takes the answer as an input',
  async: 'it is synchronous: an answer from outside is an input',
};

/** Who alone may import a package or a module of the system: folders (ending in `/`) and single files. */
export const OWNERS: Readonly<Record<string, readonly string[]>> = {
  // The bare programs beside which a bench measures are kafkajs and nothing of ours.
  kafkajs: ['shared/bus/', 'scripts/bench/'],
  'better-sqlite3': ['ev-central/store/', 'shared/sqlite/'],
  blessed: ['shared/screen/'],
  pdfkit: ['ev-central/documents/'],
  'dejavu-fonts-ttf': ['ev-central/documents/'],
  stripe: ['ev-central/payments/stripe/'],
  winston: ['shared/log.ts'],
  bcrypt: ['ev-central/'],
  otpauth: ['ev-central/one-time-code.ts'],
  nodemailer: ['ev-central/mail/', 'ev-notifier/channels/'],
  // Those who send test with a server of their own; the demo, drills and e2e tests have one between them.
  'smtp-server': ['ev-central/mail/', 'ev-notifier/channels/', 'scripts/network/post-office.ts'],
  mailparser: ['ev-central/mail/', 'ev-notifier/channels/', 'scripts/network/post-office.ts'],
  'web-push': ['ev-notifier/channels/'],
  '@peculiar/x509': ['shared/wire/'],
  fastify: ['ev-central/api/'],
  '@fastify/cors': ['ev-central/api/'],
  '@fastify/helmet': ['ev-central/api/'],
  '@fastify/rate-limit': ['ev-central/api/'],
  '@fastify/swagger-ui': ['ev-central/api/'],
  '@fastify/websocket': ['ev-central/api/'],
  jose: ['ev-central/api/'],
  // Looking for a free port opens a server for a moment and speaks no protocol; the cable of the drills spoils bytes.
  'node:net': ['shared/wire/', 'scripts/broker/ports.ts', 'scripts/drill/tcp-proxy.ts'],
  'node:tls': ['shared/wire/'],
  // The REST API has Fastify; the local payment gateway is a program for demo and tests; a bench asks the API.
  'node:http': ['scripts/gateway/', 'scripts/bench/api-client.ts', 'ev-notifier/channels/post.ts'],
  'node:https': ['ev-notifier/channels/post.ts'],
  'node:dgram': [],
  // The processes start nobody; the supervisor of EV_Central starts EV_Central.
  'node:child_process': ['scripts/', 'ev-central/supervise.ts'],
  // Only the processes' main files and tools know the command line.
  commander: ['shared/config.ts', 'ev-central/', 'ev-cp-engine/', 'ev-cp-monitor/', 'ev-driver/', 'ev-notifier/',
    'scripts/'],
};

/** The adapters of EV_Central: none imports another, none is imported by the core. */
const CENTRAL_ADAPTERS = ['api', 'bus', 'documents', 'links', 'mail', 'payments', 'store', 'ui']
  .map((name) => `ev-central/${name}/`);
/** The input loop's ports: an adapter names them in types. */
const CENTRAL_PORTS = new Set(['ev-central/loop.ts']);

/** Is this a file without I/O? */
export function isPure(path: string): boolean {
  return PURE_FOLDERS.some((folder) => path.startsWith(folder)) || PURE_FILES.has(path) || PURE_SHARED.has(path)
    || PURE_SHARED_FOLDERS.some((folder) => path.startsWith(folder));
}

/** Why this import must not be; null when it is right. Production files only; tests may import what they test. */
export function wrongArrow(from: string, target: Import): string | null {
  if (!isProduction(from)) return null;
  return wrongOwner(from, target) ?? (isPure(from) ? wrongForPure(from, target) : null)
    ?? (target.kind === 'file' ? wrongFile(from, target) : null);
}

/** Every circle of imports among the sources, each as its files in order; `typesToo` counts type-only imports. */
export function cycles(sources: readonly Source[], options: { typesToo: boolean }): string[][] {
  const next = new Map(sources.map((source) => [source.path, source.imports
    .filter((each) => each.kind === 'file' && (options.typesToo || !each.typeOnly)).map((each) => each.target)]));
  const found: string[][] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const since = trail.indexOf(path);
    if (since >= 0) found.push([...trail.slice(since), path]);
    if (since >= 0 || done.has(path)) return;
    for (const target of next.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of next.keys()) visit(path, []);
  return found;
}

function wrongOwner(from: string, target: Import): string | null {
  const owners = OWNERS[target.target];
  if (owners === undefined || target.kind === 'file') return null;
  const isOwner = owners.some((owner) => (owner.endsWith('/') ? from.startsWith(owner) : from === owner));
  return isOwner ? null : `${target.target} is for ${owners.length === 0 ? 'nobody' : owners.join(' and ')} alone`;
}

function wrongForPure(from: string, target: Import): string | null {
  if (target.kind === 'node') return 'a pure file has no modules of the system';
  if (target.kind === 'package') return target.target === 'zod' ? null : 'a pure file has no packages but zod';
  if (isPure(target.target) && !isForeign(from, target.target)) return null;
  const declaresData = TYPES_FOR_PURE.has(target.target) || target.target === `${folderOf(from)}/ui/view.ts`;
  if (target.typeOnly && declaresData) return null;
  return 'a pure file imports pure files only';
}

function wrongFile(from: string, target: Import): string | null {
  if (isForeign(from, target.target)) return 'no process knows another: what both need is in shared/';
  if (from.startsWith('shared/') && !target.target.startsWith('shared/')) return 'shared/ knows nobody';
  if (target.target.startsWith('tests/')) return 'nobody but tests imports tests';
  if (!isProduction(target.target)) return 'only tests import what is for tests';
  if (/^ev-[^/]+\/main\.ts$/.test(target.target)) return 'a main file wires; nobody imports it';
  if (folderOf(from).endsWith('/ui')) return wrongForScreen(from, target);
  return wrongForAdapter(from, target);
}

function isForeign(from: string, target: string): boolean {
  const owner = PROCESSES.find((name) => target.startsWith(`${name}/`));
  if (owner === undefined || from.startsWith(`${owner}/`)) return false;
  return PROCESSES.some((name) => from.startsWith(`${name}/`)) || from.startsWith('shared/');
}

/** A screen draws snapshots: it knows its own folder and shared/. */
function wrongForScreen(from: string, target: Import): string | null {
  const isNear = folderOf(target.target) === folderOf(from) || target.target.startsWith('shared/');
  return isNear ? null : 'a screen draws snapshots: it imports its own folder and shared/';
}

function wrongForAdapter(from: string, target: Import): string | null {
  const adapter = CENTRAL_ADAPTERS.find((folder) => from.startsWith(folder));
  if (adapter === undefined || target.target.startsWith(adapter) || target.target.startsWith('shared/')) return null;
  if (target.target.startsWith('ev-central/core/')) return null;
  if (CENTRAL_PORTS.has(target.target) && target.typeOnly) return null;
  return 'an adapter imports the core, shared/ and its own folder; main wires it to others';
}
