// What the sources say about a field: the doc comments above the properties of a message's or a shape's definition. The
// compiler forgets comments, so the file is read with TypeScript's parser.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Notes by what is defined (a message as `channel type`, anything else by its variable's name), then by field. */
export type Notes = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Reads the notes of every source in a folder. */
export function notesOfFolder(folder: string): Notes {
  const notes = new Map<string, ReadonlyMap<string, string>>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))) {
    const text = readFileSync(join(folder, file), 'utf8');
    for (const [name, fields] of notesOfText(text)) notes.set(name, fields);
  }
  return notes;
}

/** Reads the notes of one source. */
export function notesOfText(text: string): Notes {
  const source = ts.createSourceFile('notes.ts', text, ts.ScriptTarget.ES2024, true, ts.ScriptKind.TS);
  const notes = new Map<string, ReadonlyMap<string, string>>();
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const declaration of statement.declarationList.declarations) {
      notes.set(messageName(declaration) ?? declaration.name.getText(), fieldNotes(declaration, text));
    }
  }
  return notes;
}

/** `commands stop` for what `defineRecord` or `defineFrame` is given; undefined for anything else. */
function messageName(declaration: ts.VariableDeclaration): string | undefined {
  const call = declaration.initializer;
  if (call === undefined || !ts.isCallExpression(call) || !/^define(Record|Frame)$/.test(call.expression.getText())) {
    return undefined;
  }
  const definition = call.arguments[0];
  if (definition === undefined || !ts.isObjectLiteralExpression(definition)) return undefined;
  return `${textOf(definition, 'channel')} ${textOf(definition, 'type')}`;
}

function textOf(definition: ts.ObjectLiteralExpression, name: string): string {
  const found = definition.properties.find((each) => each.name?.getText() === name);
  const value = found !== undefined && ts.isPropertyAssignment(found) ? found.initializer : undefined;
  return value !== undefined && ts.isStringLiteralLike(value) ? value.text : '';
}

/** The doc comment of each property below a node; of properties with one name the outermost counts. */
function fieldNotes(root: ts.Node, text: string): ReadonlyMap<string, string> {
  const notes = new Map<string, string>();
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node) || ts.isSpreadAssignment(node)) {
      const note = docComment(node, text);
      const name = node.name?.getText();
      if (note !== undefined && name !== undefined && !notes.has(name)) notes.set(name, note);
    }
    ts.forEachChild(node, visit);
  };
  visit(root);
  return notes;
}

function docComment(node: ts.Node, text: string): string | undefined {
  const comments = (ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [])
    .map((range) => text.slice(range.pos, range.end)).filter((comment) => comment.startsWith('/**'));
  const last = comments.at(-1);
  return last?.replace(/^\/\*\*|\*\/$/g, '').replace(/^\s*\*\s?/gm, '').replace(/\s+/g, ' ').trim();
}
