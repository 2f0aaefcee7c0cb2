// The README's picture: runs the demo in a terminal of its own and writes what the screen of EV_Central shows at a
// lively moment as an SVG. By hand: `node scripts/take-picture.ts` (some minutes).
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { inPlainWords } from './plain-words.ts';
import { screenPicture } from './screen-picture.ts';

const ROOT = join(import.meta.dirname, '..');
const FILE = join(ROOT, 'docs', 'images', 'central.svg');
const SIZE = { cols: 132, rows: 36 } as const;
/** Looked at for this long at most; the liveliest moment is the picture. */
const PATIENCE_MS = 150_000;
const LOOK_EVERY_MS = 500;

await inPlainWords(async () => {
  const terminal = new xterm.Terminal({ ...SIZE, allowProposedApi: true, scrollback: 0 });
  const demo = spawn(process.execPath, [join(ROOT, 'scripts', 'demo.ts')], {
    ...SIZE, name: 'xterm-256color', cwd: ROOT, env: { ...process.env, COLORTERM: '' },
  });
  demo.onData((text) => terminal.write(text));
  const ended = new Promise<number>((resolve) => demo.onExit(({ exitCode }) => resolve(exitCode)));
  const best = await Promise.race([liveliest(terminal), ended.then(() => ({ score: 0, svg: '' }))]);
  if (best.score > 0) {
    mkdirSync(join(ROOT, 'docs', 'images'), { recursive: true });
    writeFileSync(FILE, best.svg);
  }
  demo.write('q');
  setTimeout(() => demo.kill('SIGTERM'), LOOK_EVERY_MS);
  await ended;
  console.log(best.score > 0 ? `${FILE} written` : `Nothing charged; the screen shows:\n${textOf(terminal)}`);
  return best.score > 0 ? 0 : 1;
});

type Moment = { readonly score: number; readonly svg: string };

async function liveliest(terminal: xterm.Terminal): Promise<Moment> {
  const patientUntilMs = performance.now() + PATIENCE_MS;
  let best: Moment = { score: 0, svg: '' };
  while (performance.now() < patientUntilMs && best.score < scoreOf({ charging: 4, queue: 1, broken: 1 })) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const score = scoreOf(lifeOn(textOf(terminal)));
    if (score > best.score) best = { score, svg: screenPicture(terminal, 'EV_Central over the network of the demo') };
  }
  return best;
}

type Life = { readonly charging: number; readonly queue: number; readonly broken: number };

function lifeOn(text: string): Life {
  return {
    charging: text.match(/Supplying/g)?.length ?? 0,
    queue: Number(/queue (\d+)/.exec(text)?.[1] ?? 0),
    broken: text.match(/Broken down/g)?.length ?? 0,
  };
}

/** A queue and a broken point make more of a picture than one more charge; nothing without a charge. */
function scoreOf({ charging, queue, broken }: Life): number {
  return charging === 0 ? 0 : Math.min(charging, 4) + 3 * Math.min(queue, 1) + 3 * Math.min(broken, 1);
}

function textOf(terminal: xterm.Terminal): string {
  const buffer = terminal.buffer.active;
  const lines = Array.from({ length: terminal.rows }, (_unused, y) => buffer.getLine(y)?.translateToString(true) ?? '');
  return lines.join('\n');
}
