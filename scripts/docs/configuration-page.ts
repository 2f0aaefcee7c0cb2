// docs/configuration.md: every flag, variable and default of the processes, the limits with their reasons, and the
// exit statuses, from the tables that the code itself uses.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CENTRAL_SETTINGS } from '../../ev-central/config.ts';
import { ENGINE_SETTINGS } from '../../ev-cp-engine/settings.ts';
import { MONITOR_SETTINGS } from '../../ev-cp-monitor/settings.ts';
import { DRIVER_SETTINGS } from '../../ev-driver/settings.ts';
import { NOTIFIER_SETTINGS } from '../../ev-notifier/settings.ts';
import type { Setting, Settings } from '../../shared/config.ts';
import { FAILURES } from '../../shared/failure.ts';
import { LIMITS } from '../../shared/limits.ts';
import { notesOfText } from './field-notes.ts';

const PROCESSES: readonly (readonly [string, Settings])[] = [
  ['ev-central', CENTRAL_SETTINGS], ['ev-cp-engine', ENGINE_SETTINGS], ['ev-cp-monitor', MONITOR_SETTINGS],
  ['ev-driver', DRIVER_SETTINGS], ['ev-notifier', NOTIFIER_SETTINGS],
];

const HEAD = `# Configuration

This page is made by \`npm run docs\` from the tables in the sources; do not edit it.

A value comes from its flag, else from its place among the plain arguments (the practice's order), else from its
variable, else it is the default. \`--print-config\` prints what is in force with its origin, without secrets. An
unknown flag, or an unknown variable that begins with the process's own name, is refused with the nearest known name.

All processes read \`KAFKA_BROKERS\`, \`EV_LOG_DIR\` and, if they connect with TLS, \`EV_TLS_CA\`.`;

/** The text of the page. `root` is the project's folder. */
export function configurationPage(root: string): string {
  return [
    HEAD, '', ...PROCESSES.flatMap(([name, settings]) => processSection(name, settings)),
    ...limitsSection(readFileSync(join(root, 'shared', 'limits.ts'), 'utf8')), ...statusSection(),
  ].join('\n').trimEnd() + '\n';
}

function processSection(name: string, settings: Settings): string[] {
  const all = Object.values(settings);
  const plain = all.filter((each) => each.argument !== undefined)
    .sort((a, b) => (a.argument ?? 0) - (b.argument ?? 0));
  return [
    `## ${name}`, '',
    `Plain arguments: \`npx ${name} ${plain.map((each) => `[${each.flag}]`).join(' ')}\``, '',
    '| flag | variable | default | what |', '|---|---|---|---|',
    ...all.map((each) => `| \`${flagOf(each)}\` | \`${each.env}\` | ${defaultOf(each)} | ${cell(each.describe)} |`),
    '',
  ];
}

function flagOf(each: Setting): string {
  const value = each.boolean === true ? '' : ` <${each.schema.description ?? 'value'}>`;
  return cell(`--${each.flag}${value}`);
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function defaultOf(each: Setting): string {
  return each.default === null ? '' : `\`${String(each.default)}\``;
}

function limitsSection(source: string): string[] {
  const notes = notesOfText(source).get('LIMITS');
  return [
    '## Limits', '',
    'Fixed in `shared/limits.ts`; a unit is in each name.', '',
    '| limit | value | what |', '|---|---|---|',
    ...Object.entries(LIMITS).map(([name, value]) => `| \`${name}\` | ${value} | ${notes?.get(name) ?? ''} |`),
    '',
  ];
}

function statusSection(): string[] {
  return [
    '## Exit statuses', '',
    'How a process ended that could not go on. “Again” says whether the same command may succeed later without',
    'anybody’s help; `--supervise`, the demo and the containers start those again.', '',
    '| status | code | again |', '|---|---|---|',
    ...Object.entries(FAILURES).map(([code, { retry, exitStatus }]) =>
      `| ${exitStatus} | \`${code}\` | ${retry ? 'yes' : 'no'} |`),
    '',
    'The commands of `ev-driver`, and `ev-central admin` and `ctl`, have statuses of their own below 64; `--help` of',
    'each lists them.',
  ];
}
