// `admin audit`: is the log as EV_Central has written it, and the log as a file for other programs. Both read the
// database of this machine, as `admin recompute` does, beside a running EV_Central or without one.
import type { Command } from 'commander';
import { assertNever } from '../../shared/assert.ts';
import type { AuditFault, AuditHead, AuditReport, Store } from '../store/store.ts';
import { actionsIn, EXPORT_FORMATS, exportAudit, formatOf, intoFile, timeText, toStdout } from './audit-export.ts';
import { TOOL_EXIT } from './exit-status.ts';
import { onStore } from './local-store.ts';
import { printJson } from './output.ts';
import type { Own } from './tool-action.ts';
import { UsageError } from './tool-action.ts';
import type { ToolOptions } from './tool-options.ts';
import { addTimeOptions, addToolOptions } from './tool-options.ts';
import { textOf, timesOf } from './typed-options.ts';

const ELSEWHERE = '"ctl audit" lists the log from anywhere';

export function addAuditCommands(admin: Command): void {
  const audit = admin.command('audit').description('the audit log: whether it is as it was written, and as a file');
  addToolOptions(audit.command('verify')
    .description('reads the whole log and names the first row that does not fit; 0 sound, 3 broken')
    .option('--expect <head>', 'a head that was printed before: its row must still be there, as it was'))
    .action(onStore((own) => {
      const expected = headOf(textOf(own, 'expect'));
      return (store, options) => reportAudit(store.verifyAudit(expected), options);
    }, ELSEWHERE));
  addTimeOptions(addToolOptions(audit.command('export')
    .description('writes the log, oldest row first, with row id and hash')
    .option('--who <id>', 'what this user, point or tool did').option('--action <name>', 'such as login-driver')
    .option('--format <name>', EXPORT_FORMATS.join(' or '), 'csv')
    .option('--output <file>', 'into this file, for its owner alone (0600), instead of printing it')))
    .action(onStore((own) => {
      const given = { filter: { ...timesOf(own), ...textFilters(own) }, format: formatOf(textOf(own, 'format')) };
      const file = textOf(own, 'output');
      if (file === '') throw new UsageError('--output is empty: name a file');
      return async (store, options) => {
        const rows = file === undefined ? await exportAudit(store, given, toStdout)
          : await intoFile(file, (write) => exportAudit(store, given, write));
        reportExport({ rows, file, action: textOf(own, 'action') }, store, options);
      };
    }, ELSEWHERE));
}

/** `1058:9f86…` as `verify` prints it. */
export function headOf(text: string | undefined): AuditHead | null {
  if (text === undefined) return null;
  const [, rowId = '', hash = ''] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text.trim()) ?? [];
  if (hash === '') throw new UsageError(`--expect: "${text}" is no head: give it as "admin audit verify" printed it`);
  return { rowId: Number(rowId), hash };
}

function textFilters(own: Own): Record<string, string> {
  return Object.fromEntries(['who', 'action'].flatMap((name) => {
    const value = textOf(own, name);
    if (value === '') throw new UsageError(`--${name} is empty: leave it out for all`);
    return value === undefined ? [] : [[name, value] as const];
  }));
}

function reportAudit(report: AuditReport, { json }: ToolOptions): void {
  const { rows, misfits, firstRowId, lastRowId, state, head, faults } = report;
  if (faults.length > 0) process.exitCode = TOOL_EXIT.broken;
  const headText = head === null ? null : `${head.rowId}:${head.hash}`;
  if (json) {
    return printJson({
      outcome: faults.length === 0 ? 'sound' : 'broken', rows, misfits, firstRowId, lastRowId, ...state, head: headText,
      faults: faults.map((fault) => ({ ...fault, text: faultText(fault) })),
    });
  }
  process.stdout.write(`${auditText(report).join('\n')}\n`);
  for (const fault of faults) process.stderr.write(`broken: ${faultText(fault)}\n`);
  if (misfits > 1) process.stderr.write(`${misfits} rows do not fit the one before them\n`);
}

/** What was read, in lines. */
export function auditText({ rows, firstRowId, lastRowId, state, head, faults }: AuditReport): string[] {
  const from = firstRowId === null ? '' : `, ${firstRowId} to ${lastRowId ?? ''}`;
  const purged = state === null || state.purgedRows === 0 ? ''
    : `; ${state.purgedRows} older ones, up to ${state.purgedRowId}, were deleted for their age`;
  const older = state === null || state.olderRowId === 0 ? ''
    : `; rows up to ${state.olderRowId} were there: what became of them before, nobody can tell`;
  return [
    `${rows} rows${from}${purged}`,
    ...(state === null || state.madeAtMs === 0 ? [] : [`the chain was made at ${timeText(state.madeAtMs)}${older}`]),
    ...(head === null ? [] : [`head ${head.rowId}:${head.hash}`]),
    ...(faults.length === 0 ? ['sound: every row is as EV_Central has written it'] : []),
  ];
}

export function faultText(fault: AuditFault): string {
  switch (fault.kind) {
    case 'state-missing': return 'audit_chain is empty, though rows have hashes: somebody deleted what was in it';
    case 'state-changed':
      return 'audit_chain was changed by hand, or this master.key is not the one that the log is chained with';
    case 'noticed':
      return `EV_Central noticed at ${timeText(fault.atMs)} that ` + (fault.rowId === 0
        ? 'audit_chain was missing or changed' : `row ${fault.rowId} did not fit, and has deleted it for its age`);
    case 'rows-missing':
      return `row ${fault.rowId} does not fit: the rows ${fault.from} to ${fault.to} before it are missing`;
    case 'row-without-hash':
      return `row ${fault.rowId} has no hash: something else than EV_Central has written it, or its hash was erased`;
    case 'row-changed': return `row ${fault.rowId} does not fit: it was changed after it was written`;
    case 'row-out-of-place':
      return `row ${fault.rowId} does not fit: it was put in or exchanged, or it and others beside it were changed`;
    case 'end-missing': return `the end is missing: the rows ${fault.from} to ${fault.to}`;
    case 'end-set-back':
      return `the log goes on to row ${fault.rowId}, audit_chain ends at ${fault.headRowId}: an older one was put back`;
    case 'expected-missing':
      return `row ${fault.rowId} of --expect is not there: the end was cut off, or an older database was put back`;
    case 'expected-differs':
      return `row ${fault.rowId} is not the one of --expect: the log was written anew`;
    case 'expected-purged':
      return `row ${fault.rowId} of --expect was deleted for its age: nothing is left to compare; keep a newer head`;
    default: return assertNever(fault, 'fault of the audit log');
  }
}

/** Rows that were printed are for the next program: what is said about them goes elsewhere. */
function reportExport(
  { rows, file, action }: { rows: number; file: string | undefined; action: string | undefined }, store: Store,
  { json }: ToolOptions,
): void {
  if (rows === 0 && action !== undefined) {
    const known = actionsIn(store);
    if (!known.includes(action)) {
      process.stderr.write(`no row has the action "${action}"; there are ${known.join(', ') || 'none'}\n`);
    }
  }
  if (file === undefined) return;
  if (json) return printJson({ outcome: 'done', rows, file });
  process.stdout.write(`${rows} rows in ${file}\n`);
}
