// What `npm audit --json` says, as a list.
import { z } from 'zod';

const reportSchema = z.object({
  vulnerabilities: z.record(z.string(), z.object({
    severity: z.enum(['info', 'low', 'moderate', 'high', 'critical']),
    via: z.array(z.union([z.string(), z.object({ title: z.string() })])).default([]),
  })),
});

export type Finding = { readonly name: string; readonly severity: string; readonly title: string };

/** The findings of a report, the gravest first; null when it is none: the registry did not answer. */
export function findingsOf(report: string): Finding[] | null {
  let value: unknown;
  try {
    value = JSON.parse(report);
  } catch {
    return null;
  }
  const parsed = reportSchema.safeParse(value);
  if (!parsed.success) return null;
  const order = ['critical', 'high', 'moderate', 'low', 'info'];
  return Object.entries(parsed.data.vulnerabilities).map(([name, { severity, via }]) => ({
    name, severity, title: via.map((each) => (typeof each === 'string' ? `through ${each}` : each.title)).join('; '),
  })).sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}
