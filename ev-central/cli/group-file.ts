// Groups in a file: JSON (a list of groups as the order has them) or CSV (a line for each member). Amounts of a CSV are
// money such as 120.00; of a JSON minor units.
import type { z } from 'zod';
import type { GroupRow } from '../../shared/messages/group-row.ts';
import { groupRowSchema } from '../../shared/messages/group-row.ts';
import { currencySchema, parseMoney } from '../../shared/money.ts';
import { type CsvRecord, readCsv } from './csv-rows.ts';

export type GroupFile = {
  readonly groups: readonly GroupRow[];
  /** What cannot be read: where, and why. */
  readonly bad: readonly { readonly where: string; readonly why: string }[];
};

const COLUMNS = ['group_id', 'currency', 'user_id'] as const;

/** Reads a file's text. A group of which one line is bad is left out as a whole, so that nobody is dropped from it. */
export function readGroups(text: string): GroupFile {
  return /^\s*[[{]/.test(text) ? fromJson(text) : fromCsv(text);
}

function fromJson(text: string): GroupFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { groups: [], bad: [{ where: 'the file', why: error instanceof Error ? error.message : 'is no JSON' }] };
  }
  const groups: GroupRow[] = [];
  const bad: { where: string; why: string }[] = [];
  for (const [i, each] of (Array.isArray(value) ? value : [value]).entries()) {
    const parsed = groupRowSchema.safeParse(each);
    if (parsed.success) groups.push(parsed.data);
    else bad.push({ where: `group ${i + 1}`, why: issueOf(parsed.error) });
  }
  return { groups, bad };
}

function fromCsv(text: string): GroupFile {
  const { header, records, bad: badLines } = readCsv(text);
  const missing = COLUMNS.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    return { groups: [], bad: [{ where: 'line 1', why: `there is no column ${missing.join(', ')}` }] };
  }
  const byGroup = new Map<string, CsvRecord[]>();
  for (const record of records) {
    const id = record.fields['group_id'] ?? '';
    byGroup.set(id, [...byGroup.get(id) ?? [], record]);
  }
  const groups: GroupRow[] = [];
  const bad = badLines.map(({ line, reason }) => ({ where: `line ${line}`, why: reason }));
  for (const lines of byGroup.values()) {
    const parsed = groupRowSchema.safeParse(groupOf(lines));
    if (parsed.success) groups.push(parsed.data);
    else bad.push({ where: `line ${lines[0]?.line ?? 1}`, why: issueOf(parsed.error) });
  }
  return { groups, bad };
}

/** The group's own columns stand in its first line. */
function groupOf(lines: readonly CsvRecord[]): unknown {
  const first = lines[0]?.fields ?? {};
  const currency = currencySchema.safeParse(first['currency']);
  const money = (fields: CsvRecord['fields'], name: string): number | string | null => {
    const text = fields[name]?.trim() ?? '';
    if (text === '') return null;
    // What is no amount stays a text, which the schema refuses by the name of its field.
    return (currency.success ? parseMoney(text, currency.data) : undefined) ?? text;
  };
  return {
    groupId: first['group_id'], currency: first['currency'], ...given(first, 'name', 'name'),
    ...given(first, 'kind', 'kind'), ...given(first, 'zone', 'timeZone'),
    members: lines.map(({ fields }) => {
      const [perSessionMinor, perMonthMinor] = [money(fields, 'per_session'), money(fields, 'per_month')];
      return {
        userId: fields['user_id'], ...given(fields, 'role', 'role'), paid: fields['paid']?.trim() !== 'no',
        limits: perSessionMinor === null && perMonthMinor === null ? null : { perSessionMinor, perMonthMinor },
      };
    }),
  };
}

function given(fields: CsvRecord['fields'], column: string, field: string): Record<string, string> {
  const text = fields[column]?.trim() ?? '';
  return text === '' ? {} : { [field]: text };
}

function issueOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`;
}
