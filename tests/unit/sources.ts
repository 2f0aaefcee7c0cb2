// The project's TypeScript sources as the layout tests see them: which files there are, what each imports, and how long
// its functions are. Read with TypeScript's own parser, so that comments and texts cannot pass for code.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import ts from 'typescript';

export const ROOT = join(import.meta.dirname, '..', '..');
export const PROCESSES = ['ev-central', 'ev-cp-engine', 'ev-cp-monitor', 'ev-driver', 'ev-notifier'] as const;
const SOURCE_FOLDERS = [...PROCESSES, 'shared', 'scripts', 'tests'];

export type Import = {
  /** A package, a `node:` module, or the imported file's path from the project's folder. */
  readonly target: string;
  readonly kind: 'file' | 'package' | 'node';
  /** True when nothing of it is left at run time (`import type`). */
  readonly typeOnly: boolean;
};

export type Source = { readonly path: string; readonly text: string; readonly imports: readonly Import[] };

export type FunctionLength = { readonly path: string; readonly name: string; readonly lines: number };

let cached: readonly Source[] | undefined;

/** Every TypeScript source with its imports, by its path from the project's folder with `/` between its parts. */
export function sources(): readonly Source[] {
  cached ??= SOURCE_FOLDERS.flatMap((folder) => filesUnder(folder, '.ts'))
    .sort()
    .map((path) => readSource(path, readFileSync(join(ROOT, path), 'utf8')));
  return cached;
}

/** One source; separate, so that the tests can try the rules on a text of their own. */
export function readSource(path: string, text: string): Source {
  return { path, text, imports: importsOf(path, text) };
}

/** Files below a folder with an extension, by their path from the project's folder. Missing folders have none. */
export function filesUnder(folder: string, extension: string): string[] {
  const start = join(ROOT, folder);
  let entries;
  try {
    entries = readdirSync(start, { recursive: true, withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.includes('node_modules/'));
}

/** Support of tests that lies beside them under a name of the vocabulary. */
const TEST_SUPPORT = new Set(['ev-central/store/random-change.ts']);
const TEST_FILE = /\.test\.ts$|-harness\.ts$|-for-tests\.ts$|(^|\/)sample-[^/]*\.ts$/;

/** A production file: neither a test nor something that only tests use. */
export function isProduction(path: string): boolean {
  return !path.startsWith('tests/') && !TEST_FILE.test(path) && !TEST_SUPPORT.has(path);
}

/** Length of every function with a body, in lines; methods and arrow functions too. */
export function functionLengths(source: Source): FunctionLength[] {
  const file = parse(source.path, source.text);
  const found: FunctionLength[] = [];
  const visit = (node: ts.Node): void => {
    if (isFunction(node)) {
      const first = file.getLineAndCharacterOfPosition(node.getStart(file)).line;
      const last = file.getLineAndCharacterOfPosition(node.getEnd()).line;
      found.push({ path: source.path, name: functionName(node, file), lines: last - first + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Every identifier that stands free (not a property's name), with `async` for an asynchronous function or an await. */
export function freeWords(source: Source): Set<string> {
  const words = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && !isPropertyName(node)) words.add(node.text);
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
      words.add(`${node.expression.text}.${node.name.text}`);
    }
    if (node.kind === ts.SyntaxKind.AsyncKeyword || node.kind === ts.SyntaxKind.AwaitExpression) words.add('async');
    ts.forEachChild(node, visit);
  };
  visit(parse(source.path, source.text));
  return words;
}

function importsOf(path: string, text: string): Import[] {
  const file = parse(path, text);
  const found: Import[] = [];
  const add = (specifier: ts.Expression | undefined, typeOnly: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return;
    found.push(importOf(path, specifier.text, typeOnly));
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.isTypeOnly);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function importOf(from: string, specifier: string, typeOnly: boolean): Import {
  if (specifier.startsWith('node:')) return { target: specifier, kind: 'node', typeOnly };
  if (!specifier.startsWith('.')) return { target: packageOf(specifier), kind: 'package', typeOnly };
  return { target: posix.join(posix.dirname(from), specifier), kind: 'file', typeOnly };
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

function parse(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.ES2024, true, ts.ScriptKind.TS);
}

function isFunction(node: ts.Node): node is ts.FunctionLikeDeclaration {
  const isOne = ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isArrowFunction(node)
    || ts.isMethodDeclaration(node) || ts.isConstructorDeclaration(node) || ts.isAccessor(node);
  return isOne && node.body !== undefined;
}

/** Its own name, else that of the variable, property or call that it is given to. */
function functionName(node: ts.FunctionLikeDeclaration, file: ts.SourceFile): string {
  if (node.name !== undefined) return node.name.getText(file);
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  const { parent } = node;
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) return parent.name.getText(file);
  if (ts.isCallExpression(parent)) {
    const title = parent.arguments[0];
    const named = title !== undefined && ts.isStringLiteralLike(title) ? `: ${title.text}` : '';
    return `${parent.expression.getText(file).split('\n')[0] ?? ''}${named}`;
  }
  return 'a function without a name';
}

function isPropertyName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isQualifiedName(parent)) return parent.right === node;
  const isMember = ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isMethodDeclaration(parent)
    || ts.isPropertyDeclaration(parent) || ts.isMethodSignature(parent);
  return isMember && parent.name === node;
}

/** The folder of a path, `.` for the top. */
export function folderOf(path: string): string {
  return dirname(path).split(sep).join('/');
}
