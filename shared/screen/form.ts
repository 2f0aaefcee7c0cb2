// A window with fields: text (also masked), choices. Tab and the arrows move, Enter submits, Esc gives up. What is
// wrong is said under the fields, and the form stays.
import { button, dialogArea } from './dialogs.ts';
import { clickable, columnsOf, fill, fit, frame, put, wrap, type Area, type Canvas } from './canvas.ts';
import type { Dialog, Host } from './host.ts';
import type { KeyEvent, PasteEvent } from './input.ts';
import { LABELS } from './labels.ts';
import { BAD, DIM, FIELD, FIELD_FOCUS, PLAIN } from './style.ts';

export type FormOption = {
  readonly value: string; readonly label: string;
  /** Why it can't be chosen now; null or missing: it can. */
  readonly whyNot?: string | null;
};
export type FormField =
  | { readonly kind: 'text'; readonly name: string; readonly label: string; readonly value?: string;
    readonly hint?: string; readonly masked?: boolean; readonly maxLength?: number }
  | { readonly kind: 'choice'; readonly name: string; readonly label: string; readonly value?: string;
    readonly options: readonly FormOption[] };
export type FormValues = Readonly<Record<string, string>>;

export type FormSpec = {
  readonly title: string;
  /** Text above the fields; called at each drawing. */
  readonly intro?: (values: FormValues) => readonly string[];
  readonly fields: readonly FormField[];
  /** Fields that make no sense with the present values are left out. */
  readonly shows?: (name: string, values: FormValues) => boolean;
  /** The field that has the focus first; default: the first one where there is something to enter. */
  readonly focus?: number;
  readonly submit: string;
  /** Null: done, the form closes. Otherwise what is wrong, in words; the form stays. */
  readonly onSubmit: (values: FormValues) => string | null;
  /** Esc; default: closes the form. */
  readonly onCancel?: () => void;
  /** Says something under the fields from outside (a refused log-in); null: nothing. */
  readonly notice?: () => string | null;
};

const RIGHT: KeyEvent = { kind: 'key', name: 'right', char: null };

type State = { values: Record<string, string>; focus: number; error: string | null };

export function formDialog<View>(host: Host<View>, spec: FormSpec): Dialog {
  const state: State = {
    values: Object.fromEntries(spec.fields.map((field) => [field.name, initialValue(field)])), 
    focus: spec.focus ?? firstOpen(spec.fields),
    error: null,
  };
  const shown = (): readonly FormField[] =>
    spec.fields.filter((field) => spec.shows?.(field.name, state.values) ?? true);
  const submit = (): void => {
    const wrong = shown().map((field) => chosenRefusal(field, state.values)).find((reason) => reason !== null) ?? null;
    state.error = wrong ?? spec.onSubmit(state.values);
    if (state.error === null) host.close(dialog);
  };
  const cancel = (): void => {
    if (spec.onCancel === undefined) host.close(dialog);
    else spec.onCancel();
  };
  const dialog: Dialog = {
    hints: [
      { key: 'tab', label: LABELS.next, run: () => moveFocus(state, shown().length, 1) },
      { key: 'enter', label: spec.submit, run: submit },
      { key: 'escape', label: LABELS.cancel, run: cancel },
    ],
    draw: (canvas, area) => drawForm(canvas, area, { spec, state, fields: shown(), submit, cancel }),
    onKey(event) {
      if (event.kind === 'key' && event.name === 'escape') return cancel();
      const fields = shown();
      state.focus = Math.min(state.focus, fields.length + 1);
      if (event.kind === 'key' && event.name === 'enter') {
        return state.focus === fields.length + 1 ? cancel() : submit();
      }
      formKey(event, state, fields);
    },
  };
  return dialog;
}

function firstOpen(fields: readonly FormField[]): number {
  return Math.max(0, fields.findIndex((field) => field.kind === 'text' || field.options.length > 1));
}

function initialValue(field: FormField): string {
  if (field.kind === 'text') return field.value ?? '';
  const usable = field.options.find((option) => (option.whyNot ?? null) === null) ?? field.options[0];
  return field.value ?? usable?.value ?? '';
}

function chosenRefusal(field: FormField, values: FormValues): string | null {
  if (field.kind === 'text') return null;
  const option = field.options.find((o) => o.value === values[field.name]);
  const reason = option?.whyNot ?? null;
  return reason === null ? null : `${option?.label ?? ''}: ${reason}`;
}

/** The fields, then the two buttons, then around. */
function moveFocus(state: State, fields: number, by: number): void {
  state.focus = (state.focus + by + fields + 2) % (fields + 2);
}

function formKey(event: KeyEvent | PasteEvent, state: State, fields: readonly FormField[]): void {
  const field = fields[state.focus];
  if (event.kind === 'paste') {
    if (field?.kind !== 'text') return;
    state.values[field.name] = limited(field, (state.values[field.name] ?? '') + event.text);
    return;
  }
  if (event.name === 'tab' || event.name === 'down') return moveFocus(state, fields.length, 1);
  if (event.name === 'S-tab' || event.name === 'up') return moveFocus(state, fields.length, -1);
  if (field === undefined) {
    const sideways = event.name === 'left' || event.name === 'right';
    if (sideways) state.focus = state.focus === fields.length ? fields.length + 1 : fields.length;
    return;
  }
  state.error = null;
  if (field.kind === 'choice') choiceKey(event, state, field);
  else textKey(event, state, field);
}

function textKey(event: KeyEvent, state: State, field: Extract<FormField, { kind: 'text' }>): void {
  const value = state.values[field.name] ?? '';
  if (event.name === 'backspace') state.values[field.name] = [...value].slice(0, -1).join('');
  else if (event.name === 'C-u') state.values[field.name] = '';
  else if (event.char !== null) state.values[field.name] = limited(field, value + event.char);
}

function limited(field: Extract<FormField, { kind: 'text' }>, value: string): string {
  return [...value].slice(0, field.maxLength ?? 200).join('');
}

/** Arrows go through the options; a letter jumps to the next one that begins with it. */
function choiceKey(event: KeyEvent, state: State, field: Extract<FormField, { kind: 'choice' }>): void {
  const index = field.options.findIndex((option) => option.value === state.values[field.name]);
  const count = field.options.length;
  if (count === 0) return;
  let next = index;
  if (event.name === 'right' || event.name === 'space') next = (index + 1) % count;
  else if (event.name === 'left') next = (index + count - 1) % count;
  else if (event.char !== null) {
    const letter = event.char.toLowerCase();
    const after = [...field.options.slice(index + 1), ...field.options.slice(0, index + 1)];
    const found = after.find((option) => option.label.toLowerCase().startsWith(letter));
    next = found === undefined ? index : field.options.indexOf(found);
  }
  state.values[field.name] = field.options[next]?.value ?? '';
}

function drawForm(canvas: Canvas, area: Area, form: {
  spec: FormSpec; state: State; fields: readonly FormField[]; submit: () => void; cancel: () => void;
}): void {
  const { spec, state, fields } = form;
  const width = Math.min(72, area.width - 2);
  const intro = (spec.intro?.(state.values) ?? []).flatMap((line) => wrap(line, width - 4));
  const error = state.error ?? spec.notice?.() ?? null;
  const errorLines = error === null ? [] : wrap(error, width - 4);
  const height = intro.length + fields.length + errorLines.length + 4 + (intro.length > 0 ? 1 : 0);
  const inside = frame(canvas, dialogArea(area, width, height), spec.title);
  let y = inside.y;
  for (const line of intro) put(canvas, inside.x, y++, line, PLAIN, inside.width);
  if (intro.length > 0) y += 1;
  const labelWidth = Math.min(32, Math.max(...fields.map((field) => field.label.length), 4) + 2);
  for (const [i, field] of fields.entries()) {
    const line = { x: inside.x, y, width: inside.width, height: 1 };
    drawField(canvas, line, { field, labelWidth, value: state.values[field.name] ?? '', focused: i === state.focus });
    clickable(canvas, line, () => {
      if (state.focus === i && field.kind === 'choice') choiceKey(RIGHT, state, field);
      state.focus = i;
    });
    y += 1;
  }
  for (const line of errorLines) put(canvas, inside.x, y++, line, BAD, inside.width);
  y += 1;
  const end = button(canvas, inside.x, y, spec.submit, state.focus === fields.length, form.submit);
  button(canvas, end + 2, y, LABELS.cancel, state.focus === fields.length + 1, form.cancel);
}

function drawField(canvas: Canvas, line: Area, shown: {
  field: FormField; labelWidth: number; value: string; focused: boolean;
}): void {
  const { field, labelWidth, value, focused } = shown;
  put(canvas, line.x, line.y, field.label, PLAIN, labelWidth);
  const x = line.x + labelWidth;
  const width = line.width - labelWidth;
  const look = focused ? FIELD_FOCUS : FIELD;
  if (field.kind === 'choice') {
    const option = field.options.find((o) => o.value === value);
    const reason = option?.whyNot ?? null;
    const text = reason === null ? (option?.label ?? '') : `${option?.label ?? ''} (${reason})`;
    put(canvas, x, line.y, fit(`◄ ${text} ►`, width), look);
    return;
  }
  const text = field.masked === true ? '*'.repeat([...value].length) : value;
  // The end of a long text stays in sight, because that is where typing goes on.
  const columns = columnsOf(text);
  const visible = columns.slice(Math.max(0, columns.length - (width - 1))).join('');
  fill(canvas, { x, y: line.y, width, height: 1 }, look);
  if (value === '' && field.hint !== undefined) put(canvas, x, line.y, field.hint, focused ? look : DIM, width);
  put(canvas, x, line.y, visible, look);
  if (focused) canvas.cursor = { x: x + columnsOf(visible).length, y: line.y };
}
