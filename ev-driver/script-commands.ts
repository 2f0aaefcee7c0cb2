// The subcommands on the command line: their arguments and options, turned into what the scripts take.
import { InvalidArgumentError, type Command } from 'commander';
import { Failure } from '../shared/failure.ts';
import { ID_RULE, isId, pointId, siteId } from '../shared/ids.ts';
import { NO_GOAL, CONNECTOR_TYPES, type Goal, type Target } from '../shared/messages/values.ts';
import type { ChargeWish } from './charges.ts';
import type { ExitStatus } from './exit-status.ts';
import {
  cancelScript, chargeScript, historyScript, pointsScript, statusScript, stopScript, type ScriptOptions,
} from './scripts.ts';
import { addPreferenceScripts } from './preference-commands.ts';
import { addReservationScripts } from './reservation-commands.ts';
import { positionSchema } from './settings.ts';

export type RunScript = (
  command: Command, json: boolean, timeoutMs: number | null, run: (options: ScriptOptions) => Promise<ExitStatus>,
) => Promise<void>;

type Position = { latitude: number; longitude: number };
type Common = { json?: boolean; timeout?: number };
type Where = { site?: string; near?: Position; radius: number };
type ChargeOptions = Common & Where & {
  kwh?: number; amount?: string; soc?: number; queue: boolean; connectorType?: ChargeWish['fit']['connectorType'];
  minKw?: number;
};

/** Adds `charge`, `stop`, `cancel`, `status`, `history`, `points`, and those about reservations and preferences. */
export function addScripts(program: Command, run: RunScript): void {
  const common = (name: string, text: string): Command => program.command(name).description(text)
    .option('--json', 'print JSON lines').option('--timeout <seconds>', 'wait no longer than this', positive)
    .enablePositionalOptions(false);
  const start = (options: Common, script: (options: ScriptOptions) => Promise<ExitStatus>): Promise<void> =>
    run(program, options.json === true, options.timeout === undefined ? null : options.timeout * 1000, script);

  where(common('charge [point]', 'ask for a charge and follow it to its ticket'))
    .option('--kwh <number>', 'enough energy', positive)
    .option('--amount <money>', 'enough money, such as 5.00, in the currency of the account')
    .option('--soc <percent>', 'enough charge in the battery', percent)
    .option('--connector-type <type>', `one of ${CONNECTOR_TYPES.join(', ')}`, connectorType)
    .option('--min-kw <number>', 'the least power', positive)
    .option('--no-queue', 'do not wait when nothing is free')
    .action((point: string | undefined, options: ChargeOptions) => {
      const wish = wishOf(point, options);
      return start(options, (script) => chargeScript(script, wish, options.amount ?? null));
    });
  common('stop [session]', 'end a running charge').action((session: string | undefined, options: Common) =>
    start(options, (script) => stopScript(script, session ?? null)));
  common('cancel [request]', 'take a request back that has not begun')
    .action((request: string | undefined, options: Common) =>
      start(options, (script) => cancelScript(script, request ?? null)));
  common('status', 'the account and what is under way').action((options: Common) => start(options, statusScript));
  common('history', 'the charges, newest first').action((options: Common) => start(options, historyScript));
  where(common('points', 'the points on offer')).option('--text <text>', 'in its id, place or address')
    .action((options: Common & Where & { text?: string }) =>
      start(options, (script) => pointsScript(script, filterOf(options))));
  addReservationScripts(common, start);
  addPreferenceScripts(common, start);
}

function where(command: Command): Command {
  return command
    .option('--site <id>', 'any point of a site')
    .option('--near <lat,lon>', 'any point near a position', position)
    .option('--radius <km>', 'how far, with --near', positive, 10);
}

function wishOf(point: string | undefined, options: ChargeOptions): Omit<ChargeWish, 'requestId' | 'corr'> {
  const { kwh, soc, minKw } = options;
  const goal: Goal = {
    ...NO_GOAL,
    ...(kwh === undefined ? {} : { energyWh: Math.round(kwh * 1000) }),
    ...(soc === undefined ? {} : { socPercent: soc }),
  };
  const fit = {
    connectorType: options.connectorType ?? null, minPowerW: minKw === undefined ? null : Math.round(minKw * 1000),
  };
  return { target: targetOf(point, options), fit, goal, mayQueue: options.queue };
}

function targetOf(point: string | undefined, { site, near, radius }: Where): Target {
  const given = [point, site, near].filter((each) => each !== undefined).length;
  if (given !== 1) throw new Failure('bad-configuration', 'name one: a point, --site, or --near');
  if (near !== undefined) return { kind: 'near', ...near, radiusM: Math.round(radius * 1000) };
  const id = point ?? site ?? '';
  if (!isId(id)) throw new Failure('bad-configuration', `${id} is no id: ${ID_RULE}`);
  return point === undefined ? { kind: 'site', siteId: siteId(id) }
    : { kind: 'point', pointId: pointId(id), connectorNo: null };
}

function filterOf({ site, near, radius, text }: Where & { text?: string }): Record<string, string | number> {
  return {
    ...(site === undefined ? {} : { siteId: site }),
    ...(near === undefined ? {} : { ...near, radiusM: Math.round(radius * 1000) }),
    ...(text === undefined ? {} : { text }),
  };
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('must be a number above 0');
}

function percent(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 100) return value;
  throw new InvalidArgumentError('must be a whole number from 1 to 100');
}

function position(text: string): Position {
  const parsed = positionSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError('must be latitude,longitude');
}

function connectorType(text: string): (typeof CONNECTOR_TYPES)[number] {
  const found = CONNECTOR_TYPES.find((type) => type === text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`must be one of ${CONNECTOR_TYPES.join(', ')}`);
}
