// `ctl estimate`: what a charge that begins now would cost at a point, with what that assumes.
import type { Command } from 'commander';
import { formatMoney } from '../../shared/money.ts';
import { words } from '../../shared/words.ts';
import { rateText } from '../../shared/messages/exchange-rate.ts';
import { estimateRowSchema } from '../../shared/messages/rows.ts';
import { formatClock, formatDateTime, formatEnergy, formatPower } from '../../shared/words/quantities.ts';
import { lineText } from './line-text.ts';
import { readList } from './order-desk.ts';
import { printJson } from './output.ts';
import { type Own, UsageError, withCentral } from './tool-action.ts';
import { addTimeOptions, addToolOptions } from './tool-options.ts';
import { numberOf, textOf, timesOf, wattsOf } from './typed-options.ts';

export function addEstimateCommand(ctl: Command): void {
  addToolOptions(addTimeOptions(ctl.command('estimate [point]')
    .description('what a charge would cost: now at a point, in a reservation, or in a slot --from --to')
    .option('--reservation <id>', 'in this one')
    .option('--connector <number>', 'its first one without this').option('--kwh <number>', 'energy (default: 20)')
    .option('--kw <number>', 'power; the connector\'s most without this')
    .option('--parking <minutes>', 'plugged in without charging, afterwards')))
    .action(withCentral(async ({ desk, options }, [point], own) => {
      const [row] = await readList(desk, 'estimate', askedFor(point, own));
      if (options.json) return printJson(row);
      const estimate = estimateRowSchema.parse(row);
      const { energyWh, powerW, startMs, timeZone, chargingMs, parkingMs, tariffId, version } = estimate;
      process.stdout.write([
        `${estimate.pointId} connector ${estimate.connectorNo}, tariff ${tariffId} (version ${version}), if:`,
        `  ${formatEnergy(energyWh)} at a steady ${formatPower(powerW)}: ${formatClock(chargingMs)} from `
        + `${formatDateTime(startMs, timeZone)} ${timeZone}`,
        `  ${formatClock(parkingMs)} plugged in without charging afterwards`,
        ...estimate.lines.map((line) => `  ${lineText(line)}`),
        ...(estimate.priced === undefined ? [] : [
          `${formatMoney(estimate.priced.totalMinor, estimate.priced.currency)} at ${rateText(estimate.priced)}`]),
        `Total ${formatMoney(estimate.totalMinor, estimate.currency)} with VAT`,
        ...(estimate.slot === undefined && estimate.freeUntilMs === undefined ? [] : [words().estimate(estimate)]), '',
      ].join('\n'));
    }, ([point], own) => askedFor(point, own)));
}

function askedFor(point: string | undefined, own: Own): Record<string, string | number> {
  const reservationId = textOf(own, 'reservation');
  if (point === undefined && reservationId === undefined) throw new UsageError('say where: a point, or --reservation');
  const { sinceMs, untilMs } = timesOf(own);
  if (sinceMs !== undefined && untilMs === undefined) throw new UsageError('--from needs --to');
  return {
    ...(point === undefined ? {} : { pointId: point }), ...(reservationId === undefined ? {} : { reservationId }),
    ...(sinceMs === undefined ? {} : { sinceMs }), ...(untilMs === undefined ? {} : { untilMs }), ...figuresOf(own),
  };
}

function figuresOf(own: Own): Record<string, number> {
  const [connectorNo, kwh, minutes] = [numberOf(own, 'connector'), numberOf(own, 'kwh'), numberOf(own, 'parking')];
  if ([connectorNo, kwh, minutes].some((value) => value !== undefined && value < 0)) {
    throw new UsageError('--connector, --kwh and --parking are not below 0');
  }
  const kw = textOf(own, 'kw');
  return {
    ...(connectorNo === undefined ? {} : { connectorNo }),
    ...(kwh === undefined ? {} : { energyWh: Math.round(kwh * 1_000) }),
    ...(kw === undefined ? {} : { powerW: wattsOf(kw, '--kw') }),
    ...(minutes === undefined ? {} : { parkingMs: Math.round(minutes * 60_000) }),
  };
}
