// docs/protocol.md: the hand-written head (docs/protocol-head.md), then every message and frame from the catalogue with
// its place, key, delivery, fields and example, and the shapes that they share.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ID_RULE } from '../../shared/ids.ts';
import { MESSAGES } from '../../shared/messages/catalogue.ts';
import { TOPICS } from '../../shared/messages/message.ts';
import { LINK_FRAME_EXAMPLES } from '../../shared/wire/link-frames.ts';
import { notesOfFolder, type Notes } from './field-notes.ts';
import { ID, isNullable, type JsonType, jsonSchemaOf, typeWords } from './type-words.ts';

type Message = (typeof MESSAGES)[number];

/** What every message carries is said once, above all of them. */
const RECORD_ENVELOPE = ['v', 'id', 'atMs', 'corr', 'type'];
const FRAME_ENVELOPE = ['v', 'id', 're', 'type'];

/** The text of the page. `root` is the project's folder. */
export function protocolPage(root: string): string {
  const head = readFileSync(join(root, 'docs', 'protocol-head.md'), 'utf8').trimEnd();
  const notes = notesOfFolder(join(root, 'shared', 'messages'));
  const channels = [...new Set(MESSAGES.map((message) => message.channel))];
  const shapes = new Map<string, JsonType>();
  const sections = channels.flatMap((channel) => [
    `## ${isTopic(channel) ? `Topic ${channel}` : `Link ${channel}`}`, '',
    ...MESSAGES.filter((message) => message.channel === channel).flatMap((each) => messageSection(each, notes, shapes)),
  ]);
  return [
    head, '', ...linkLayer(), '## Messages and frames', '', ...overview(channels), ...sections,
    ...shapeSections(shapes, notes),
  ].join('\n').trimEnd() + '\n';
}

function linkLayer(): string[] {
  const examples = LINK_FRAME_EXAMPLES.map((each) => JSON.stringify(each));
  return ['The link layer’s own payloads:', '', ...fenced(examples)];
}

function overview(channels: readonly Message['channel'][]): string[] {
  const lines = channels.map((channel) => {
    const names = MESSAGES.filter((message) => message.channel === channel)
      .map((message) => `[${message.type}](#${anchor(message)})`);
    return `| ${isTopic(channel) ? 'topic' : 'link'} | ${channel} | ${names.join(', ')} |`;
  });
  return ['| | channel | messages |', '|---|---|---|', ...lines, ''];
}

function messageSection(message: Message, notes: Notes, shapes: Map<string, JsonType>): string[] {
  const schema = jsonSchemaOf(message.schema);
  for (const [name, shape] of Object.entries(schema.$defs ?? {})) shapes.set(name, shape);
  const envelope = isTopic(message.channel) ? RECORD_ENVELOPE : FRAME_ENVELOPE;
  const own = notes.get(`${message.channel} ${message.type}`);
  const rows = fieldRows(schema, (name) => own?.get(name) ?? sharedNote(notes, name))
    .filter(([name]) => !envelope.includes(name));
  return [
    `### ${title(message)}`, '', message.summary, '',
    `Key: ${message.key}. Delivery: ${message.delivery}.`, '',
    ...(rows.length === 0 ? ['No fields of its own.', ''] : table(rows)),
    ...fenced([JSON.stringify(message.example, null, 2)]),
  ];
}

/** Fields that several messages take from one definition (a point's set-up) are explained there. */
function sharedNote(notes: Notes, field: string): string | undefined {
  return notes.get('pointSetupFields')?.get(field);
}

type Row = readonly [name: string, type: string, note: string];

function fieldRows(schema: JsonType, note: (name: string) => string | undefined): Row[] {
  return Object.entries(schema.properties ?? {}).map(([name, part]) => {
    const maybe = isNullable(part) ? ' or null' : '';
    const optional = schema.required?.includes(name) === true ? '' : ', may be left out';
    return [name, `${typeWords(part)}${maybe}${optional}`, note(name) ?? ''];
  });
}

function table(rows: readonly Row[]): string[] {
  const line = ([name, type, note]: Row): string => `| \`${name}\` | ${cell(type)} | ${cell(note)} |`;
  return ['| field | type | |', '|---|---|---|', ...rows.map(line), ''];
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** The shapes in the order of their names; ids are one section. */
function shapeSections(shapes: ReadonlyMap<string, JsonType>, notes: Notes): string[] {
  const sections = [...shapes].filter(([name]) => name !== ID).sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, shape]) => shapeSection(name, shape, notes));
  return ['## Shapes', '', ...idSection(), ...sections];
}

function idSection(): string[] {
  return [
    `### ${ID}`, '',
    `Ids of sites, points, users, tariffs, sessions, tickets, requests and keys: ${ID_RULE}.`,
    'Message ids are text of at most 128 characters, correlation ids of at most 80. Currencies are ISO 4217 codes.', '',
  ];
}

function shapeSection(name: string, shape: JsonType, notes: Notes): string[] {
  const own = notes.get(`${name.charAt(0).toLowerCase()}${name.slice(1)}Schema`);
  const note = (field: string): string | undefined => own?.get(field);
  if (shape.properties !== undefined) return [`### ${name}`, '', ...table(fieldRows(shape, note))];
  const kinds = shape.oneOf ?? shape.anyOf;
  if (kinds === undefined) return [`### ${name}`, '', `${typeWords(shape)}.`, ''];
  return [`### ${name}`, '', 'One of:', '', ...kinds.map((kind) => `* ${kindWords(kind)}`), ''];
}

/** `end-session`: sessionId SessionId, note text … */
function kindWords(kind: JsonType): string {
  if (kind.$ref !== undefined) return typeWords(kind);
  const tag = kind.properties?.['kind']?.const;
  const fields = Object.entries(kind.properties ?? {}).filter(([name]) => name !== 'kind')
    .map(([name, part]) => `\`${name}\` ${typeWords(part)}${isNullable(part) ? ' or null' : ''}`);
  if (tag === undefined) return typeWords(kind);
  return fields.length === 0 ? `\`${String(tag)}\`` : `\`${String(tag)}\`: ${fields.join('; ')}`;
}

function title(message: Message): string {
  const isDouble = MESSAGES.filter((each) => each.type === message.type).length > 1;
  return isDouble ? `${message.type} (${message.channel})` : message.type;
}

function anchor(message: Message): string {
  return title(message).toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');
}

function isTopic(channel: string): boolean {
  return TOPICS.some((topic) => topic === channel);
}

function fenced(lines: readonly string[]): string[] {
  return ['```json', ...lines, '```', ''];
}
