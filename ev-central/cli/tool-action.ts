// Runs one tool command: opens the desk, runs the action, closes, and turns what went wrong into one line and a status.
import type { Command } from 'commander';
import { exitWith } from '../../shared/config.ts';
import { Failure } from '../../shared/failure.ts';
import { TOOL_EXIT } from './exit-status.ts';
import type { OrderDesk, OrderOutcome } from './order-desk.ts';
import { giveOrder, ListRefused } from './order-desk.ts';
import type { Order } from '../../shared/messages/orders.ts';
import { printJson } from './output.ts';
import type { ToolOptions } from './tool-options.ts';
import { connectCentral, openDesk, readToolOptions } from './tool-options.ts';

export type Tool = { readonly desk: OrderDesk; readonly options: ToolOptions };

/** A command of the registry: it works with and without a running Central. */
export function withDesk(run: Run) {
  return action(openDesk, run, () => undefined);
}

/** A command that only a running Central can carry out; `check` refuses what was typed before anything is connected. */
export function withCentral(run: Run, check: (args: readonly string[], own: Own) => unknown = () => undefined) {
  return action(connectCentral, run, check);
}

/** One order to the running Central; what was typed is checked before anything is connected. */
export function withOrder(orderOf: (args: readonly string[], own: Own) => Order) {
  return action(connectCentral, async ({ desk, options }, args, own) => {
    report(await giveOrder(desk, orderOf(args, own)), options);
  }, orderOf);
}

type Run = (tool: Tool, args: readonly string[], own: Own) => Promise<void>;

/** The command's own options, as the command line gave them. */
export type Own = Readonly<Record<string, unknown>>;

/** What the person typed cannot be meant. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Prints what became of an order; a refusal sets the exit status. */
export function report(outcome: OrderOutcome, { json }: ToolOptions): void {
  if (outcome.outcome === 'refused') process.exitCode = TOOL_EXIT.refused;
  if (json) return printJson({ outcome: outcome.outcome, text: outcome.text, lines: outcome.lines });
  for (const line of outcome.lines) process.stdout.write(`  ${line.what}: ${line.outcome}\n`);
  const stream = outcome.outcome === 'done' ? process.stdout : process.stderr;
  stream.write(`${outcome.outcome === 'done' ? '' : 'refused: '}${outcome.text}\n`);
}

/** Runs a step of a tool; what went wrong becomes one line and the exit status. */
export async function guarded(step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (error instanceof ListRefused || error instanceof UsageError) {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = error instanceof UsageError ? 64 : TOOL_EXIT.refused;
      return;
    }
    exitWith(error);
    if (error instanceof Failure && error.code === 'link-lost') process.exitCode = TOOL_EXIT.unreachable;
    if (error instanceof Failure && error.code === 'link-refused') process.exitCode = TOOL_EXIT.loginRefused;
  }
}

function action(
  open: (options: ToolOptions) => Promise<OrderDesk>, run: Run, check: (args: readonly string[], own: Own) => unknown,
) {
  return async (...given: unknown[]): Promise<void> => {
    const command = given.at(-1) as Command;
    await guarded(async () => {
      const options = readToolOptions(command);
      check(command.args, command.opts());
      const desk = await open(options);
      try {
        await run({ desk, options }, command.args, command.opts());
      } finally {
        await desk.close();
      }
    });
  };
}
