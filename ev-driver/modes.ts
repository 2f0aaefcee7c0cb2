// What the process is: a screen (or log lines) of one driver, with or without a file of requests; or a fleet.
import { readFileSync } from 'node:fs';
import { Failure } from '../shared/failure.ts';
import { readJsonLines, writeJsonLine } from '../shared/json-lines.ts';
import type { Screen } from '../shared/screen/handle.ts';
import { PAUSE_MS, parseBatch, type BatchLine } from './batch.ts';
import type { DriverConfig, DriverNode } from './driver-node.ts';
import { EXIT } from './exit-status.ts';
import { DriverFleet, readFleetFile } from './fleet.ts';
import { DriverTerminal } from './terminal.ts';

export type Running = { close(): void };

/** One driver: with a screen when there is a terminal, else log lines; the batch of `--file` ends the process. */
export async function runTerminal(options: {
  node: DriverNode; config: DriverConfig; withScreen: boolean; password: string | null; onEnd: (status: number) => void;
}): Promise<Running> {
  const { node, config, withScreen, password, onEnd } = options;
  const requests = config.file === null ? null : readBatch(config.file, node);
  let screen: Screen | null = null;
  const terminal = new DriverTerminal({
    node, suggestedDriverId: config.driver ?? '', position: config.position,
    batch: requests === null ? null : { requests, pauseMs: config.noPause ? 0 : PAUSE_MS },
    onChange: () => screen?.refresh(),
    tell: (text) => {
      if (!withScreen) process.stdout.write(`${text}\n`);
    },
  });
  const close = (): void => {
    terminal.close();
    screen?.close();
  };
  if (config.driver !== null && password !== null) void terminal.login(config.driver, password, config.code);
  else if (!withScreen) {
    throw new Failure('bad-configuration', 'which driver? ev-driver BROKERS DRIVER, or --driver ID');
  }
  if (withScreen) {
    const { openDriverScreen } = await import('./ui/screen.ts');
    const onQuit = (): void => {
      close();
      onEnd(0);
    };
    screen = openDriverScreen({ view: () => terminal.view(), actions: terminal.actions(), onQuit });
    return { close };
  }
  const unsubscribe = node.ticker.subscribe(() => {
    const status = endStatus(terminal);
    if (status === null) return;
    unsubscribe();
    close();
    onEnd(status);
  });
  return { close };
}

/** Many drivers; without `control` it ends when the requests of its file have ended. */
export function runFleet(options: {
  node: DriverNode; file: string; control: boolean; onEnd: (status: number) => void;
}): Running {
  const { node, control, onEnd } = options;
  const fleet = new DriverFleet(node, readFleetFile(options.file), (line) => writeJsonLine(process.stdout, line));
  const end = (status: number): void => {
    fleet.close();
    onEnd(status);
  };
  if (control) {
    readJsonLines(process.stdin, {
      onLine: (line) => {
        if (fleet.control(line)) end(0);
      },
      onEnd: () => end(0),
    });
  } else if (fleet.total > 0) {
    const unsubscribe = node.ticker.subscribe(() => {
      if (!fleet.isDone) return;
      unsubscribe();
      const completed = fleet.ended.filter((charge) => charge.state === 'completed').length;
      writeJsonLine(process.stdout, { event: 'done', requests: fleet.total, completed });
      end(completed === fleet.total ? EXIT.completed : EXIT.incomplete);
    });
  }
  return { close: () => fleet.close() };
}

function readBatch(file: string, node: DriverNode): readonly BatchLine[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Failure('bad-configuration', `cannot read the requests of ${file}`, cause);
  }
  const { requests, bad } = parseBatch(text);
  for (const line of bad) node.log('warn', 'batch-line-skipped', { file, ...line });
  if (requests.length === 0) throw new Failure('bad-configuration', `${file} holds no request: one point id a line`);
  return requests;
}

/** Without a screen the process ends with its batch, or when it may not log in; null: it goes on. */
function endStatus(terminal: DriverTerminal): number | null {
  const login = terminal.client?.state.login;
  if (login?.state === 'refused' && login.retryAwakeMs === null) {
    process.stderr.write(`${login.text}\n`);
    return EXIT.loginRefused;
  }
  const { batch } = terminal;
  if (batch === null || !batch.isDone) return null;
  const completed = batch.ended.filter((charge) => charge.state === 'completed').length;
  process.stdout.write(`${completed} of ${batch.ended.length} requests were completed.\n`);
  return completed === batch.ended.length ? EXIT.completed : EXIT.incomplete;
}
