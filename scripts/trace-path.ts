// The path of one wish through the logs of all processes: every line that carries its correlation id, or an id that is
// bound to it (request, session, ticket), in order of time. Pure: lines in, steps out.

export type LogLine = {
  readonly atMs: number; readonly process: string; readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
};

/** Ids that belong to one wish, unlike those of a point or a driver, which belong to many. */
const WISH_FIELDS = ['corr', 'requestId', 'cancels', 'sessionId', 'ticketId', 'id', 'orderId'] as const;
/** Correlation ids that many wishes share. */
const SHARED_CORR = /^(point-|order-|bus$|dead-letter$)/;
const NOT_FIELDS = ['timestamp', 'process', 'level', 'message', 'pid', 'stack'];

/** Parses a line of a log; undefined when it is none (the log was cut while it was written). */
export function parseLogLine(text: string): LogLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const record = value as Record<string, unknown>;
  const atMs = Date.parse(String(record['timestamp']));
  if (Number.isNaN(atMs)) return undefined;
  const fields = Object.fromEntries(Object.entries(record).filter(([name]) => !NOT_FIELDS.includes(name)));
  return { atMs, process: String(record['process']), event: String(record['message']), fields };
}

/** The steps of the wish that an id belongs to, oldest first; empty when no line knows the id. */
export function pathOf(id: string, lines: readonly LogLine[]): LogLine[] {
  const ids = new Set([id]);
  for (let known = 0; known < ids.size;) {
    known = ids.size;
    for (const line of lines) if (touches(line, ids)) addIds(line, ids, id);
  }
  return lines.filter((line) => touches(line, ids)).sort((a, b) => a.atMs - b.atMs);
}

/** A step as it is printed: since the first step, since the one before, who, what. */
export function printSteps(steps: readonly LogLine[]): string[] {
  const [first] = steps;
  return steps.map((step, at) => {
    const total = step.atMs - (first?.atMs ?? step.atMs);
    const since = step.atMs - (steps[at - 1]?.atMs ?? step.atMs);
    const fields = Object.entries(step.fields)
      .filter(([name, value]) => name !== 'corr' && value !== null && value !== undefined)
      .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`);
    const clock = new Date(step.atMs).toISOString().slice(11, 23);
    const time = `${clock} ${`+${total}`.padStart(8)} ms ${`+${since}`.padStart(7)}`;
    return `${time}  ${step.process.padEnd(20)} ${step.event.padEnd(18)} ${fields.join(' ')}`.trimEnd();
  });
}

function touches({ fields }: LogLine, ids: ReadonlySet<string>): boolean {
  return WISH_FIELDS.some((name) => {
    const value = fields[name];
    return typeof value === 'string' && ids.has(value);
  });
}

function addIds({ fields }: LogLine, ids: Set<string>, asked: string): void {
  const { corr } = fields;
  // A line of a shared path (a point's own, an order's) says nothing about other lines of that path.
  if (typeof corr === 'string' && SHARED_CORR.test(corr) && corr !== asked) return;
  for (const name of WISH_FIELDS) {
    const value = fields[name];
    if (typeof value === 'string' && !(name === 'corr' && SHARED_CORR.test(value))) ids.add(value);
  }
}
