// The toolkit over a real terminal emulator: what is drawn, what keys and mouse do, what is written and when.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openHeadlessTerminal, type HeadlessTerminal } from '../../tests/screen/headless-terminal.ts';
import { confirmDialog, menuDialog } from './dialogs.ts';
import { formDialog, type FormValues } from './form.ts';
import type { Screen } from './handle.ts';
import type { Host } from './host.ts';
import { openScreen } from './screen.ts';
import { createTable } from './table.ts';

// A machine that is busy with other tests draws late, never wrong.
vi.setConfig({ testTimeout: 60_000 });

type View = { readonly rows: readonly string[] };
const open: Screen[] = [];
afterEach(() => {
  for (const screen of open.splice(0)) screen.close();
});

function openList(options: { columns?: number; rows?: number; items?: number } = {}) {
  const terminal = openHeadlessTerminal(options.columns ?? 80, options.rows ?? 24);
  const state = {
    view: { rows: Array.from({ length: options.items ?? 500 }, (_unused, i) => `row ${i + 1}`) } as View,
    views: 0, opened: [] as string[], quits: 0, runs: 0,
  };
  const table = createTable<string>({
    keyOf: (row) => row, empty: 'nothing', onOpen: (row) => state.opened.push(row),
    columns: [{ title: 'Name', width: 10, grows: true, text: (row) => row }],
  });
  const screen = openScreen<View, null>({
    view: () => {
      state.views += 1;
      return state.view;
    },
    actions: null, onQuit: () => (state.quits += 1), streams: terminal.streams, term: 'xterm-256color',
  }, {
    headerRows: 1, header: () => undefined, tabs: [], help: ['more help'],
    pages: () => [{
      id: 'list', title: 'List', draw: (canvas, area, view) => table.draw(canvas, area, view.rows),
      keys: () => [
        { key: 'g', label: 'Go', run: () => (state.runs += 1) },
        { key: 'x', label: 'Never', whyNot: 'the bus is down', run: () => (state.runs += 100) },
      ],
      onKey: (event) => table.onKey(event),
    }],
  });
  open.push(screen);
  return { terminal, screen, state, table };
}

async function settled(terminal: HeadlessTerminal): Promise<void> {
  let before = -1;
  while (before !== terminal.written()) {
    before = terminal.written();
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

describe('screen', () => {
  it('draws a list of 500 rows and scrolls through all of it', async () => {
    const { terminal } = openList();
    await terminal.waitFor((t) => t.includes('>row 1 '));
    terminal.type('\x1b[F');
    await terminal.waitFor((t) => t.includes('>row 500'));
    terminal.type('\x1b[5~');
    await terminal.waitFor((t) => !t.includes('>row 500') && /row 4\d\d/.test(t));
    terminal.type('\x1b[H');
    await terminal.waitFor((t) => t.includes('>row 1 '));
  });

  it('scrolls with the wheel, also when turns arrive together, and opens with a second click', async () => {
    const { terminal, state } = openList();
    await terminal.waitFor((t) => t.includes('>row 1 '));
    terminal.type('\x1b[<65;3;5M\x1b[<65;3;5M');
    await terminal.waitFor((t) => t.includes('>row 7 '));
    const at = terminal.find(' row 3 ');
    terminal.click((at?.x ?? 0) + 1, at?.y ?? 0);
    await terminal.waitFor((t) => t.includes('>row 3 '));
    expect(state.opened).toEqual([]);
    terminal.click((at?.x ?? 0) + 1, at?.y ?? 0);
    await terminal.waitFor(() => state.opened.length > 0);
    expect(state.opened).toEqual(['row 3']);
  });

  it('filters while typing, keeps the filter with Enter and drops it with Esc', async () => {
    const { terminal, state } = openList();
    terminal.type('/49');
    await terminal.waitFor((t) => t.includes('15 of 500') && t.includes('row 490') && !t.includes('row 1 '));
    terminal.type('g'); // still typing: no key of the page
    await terminal.waitFor((t) => t.includes('0 of 500') && t.includes('nothing'));
    expect(state.runs).toBe(0);
    terminal.type('\x7f\r');
    await terminal.waitFor((t) => t.includes('15 of 500') && !t.includes('type to filter'));
    terminal.type('g');
    await terminal.waitFor(() => state.runs === 1);
    terminal.type('\x1b');
    await terminal.waitFor((t) => !t.includes('of 500') && t.includes('row 30'));
  });

  it('keeps the selection on its row when rows come and go', async () => {
    const { terminal, screen, state } = openList({ items: 30 });
    terminal.type('\x1b[B\x1b[B\x1b[B');
    await terminal.waitFor((t) => t.includes('>row 4 '));
    state.view = { rows: ['new one', ...state.view.rows] };
    screen.refresh();
    await terminal.waitFor((t) => t.includes('new one') && t.includes('>row 4 '));
  });

  it('gives one event for one Enter', async () => {
    const { terminal, state } = openList();
    terminal.type('\r');
    await terminal.waitFor(() => state.opened.length > 0);
    await settled(terminal);
    expect(state.opened).toEqual(['row 1']);
  });

  it('tells why a key cannot be used, by key and by mouse', async () => {
    const { terminal, state } = openList();
    terminal.type('x');
    await terminal.waitFor((t) => t.includes('Not now: Never: the bus is down'));
    const bar = terminal.lines().at(-1) ?? '';
    expect(bar).toContain('x(Never)');
    terminal.click(bar.indexOf('g Go'), 23);
    await terminal.waitFor(() => state.runs === 1);
  });

  it('shows the keys of the page in the help, scrolls it, and closes it', async () => {
    const { terminal } = openList();
    terminal.type('?');
    await terminal.waitFor((t) => t.includes('On this page: List') && t.includes('Never (Not now: the bus is down)'));
    terminal.type('\x1b[F');
    await terminal.waitFor((t) => t.includes('more help'));
    terminal.type('\x1b');
    await terminal.waitFor((t) => !t.includes('more help'));
  });

  it('writes nothing when nothing has changed, and at most 8 frames a second when much has', async () => {
    const { terminal, screen, state } = openList();
    await settled(terminal);
    const before = terminal.written();
    screen.refresh();
    await settled(terminal);
    expect(terminal.written()).toBe(before);
    const views = state.views;
    const begin = performance.now();
    while (performance.now() - begin < 1_000) {
      screen.refresh();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(state.views - views).toBeLessThanOrEqual(10);
  });

  it('has no garbage after any change of its size', async () => {
    const { terminal } = openList();
    for (const [columns, rows] of [[200, 50], [60, 15], [80, 24], [132, 43], [80, 24]] as const) {
      terminal.resize(columns, rows);
      await terminal.waitFor((t) => t.split('\n').at(-1)?.startsWith('g Go') === true);
      await settled(terminal);
      const lines = terminal.lines();
      expect(lines[1]).toMatch(/^ Name *$/);
      expect(lines.slice(2, 6).map((line) => line.slice(0, 6))).toEqual(['>row 1', ' row 2', ' row 3', ' row 4']);
      expect(lines.filter((line) => line.startsWith('g Go'))).toHaveLength(1);
    }
  });

  it('says so when the window is too small, and recovers', async () => {
    const { terminal } = openList({ columns: 30, rows: 8 });
    await terminal.waitFor((t) => t.includes('too small'));
    terminal.resize(80, 24);
    await terminal.waitFor((t) => t.includes('row 1'));
  });

  it('quits only after a yes, and at once with Ctrl-C twice', async () => {
    const { terminal, state } = openList();
    terminal.type('q');
    await terminal.waitFor((t) => t.includes('End this program?'));
    terminal.type('\r');
    await terminal.waitFor((t) => !t.includes('End this program?'));
    expect(state.quits).toBe(0);
    terminal.type('qy');
    await terminal.waitFor(() => state.quits === 1);
    terminal.type('\x03\x03');
    await terminal.waitFor(() => state.quits === 2);
  });

  it('gives the terminal back as it was', async () => {
    const { terminal, screen } = openList();
    await terminal.waitFor((t) => t.includes('row 1'));
    expect(terminal.xterm.buffer.active.type).toBe('alternate');
    expect(terminal.xterm.modes.mouseTrackingMode).not.toBe('none');
    expect(terminal.rawMode()).toBe(true);
    screen.close();
    screen.close();
    await terminal.waitFor(() => terminal.xterm.buffer.active.type === 'normal');
    expect(terminal.xterm.modes).toMatchObject({ mouseTrackingMode: 'none', bracketedPasteMode: false });
    expect(terminal.rawMode()).toBe(false);
    const after = terminal.written();
    screen.refresh();
    screen.message('too late', 'error');
    await settled(terminal);
    expect(terminal.written()).toBe(after);
  });

  it('leaves no listeners behind at the process', () => {
    const count = (): number => process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
    const before = count();
    const { screen } = openList();
    screen.close();
    expect(count()).toBe(before);
  });
});

describe('windows', () => {
  function openWith(show: (host: Host<View>) => void) {
    const terminal = openHeadlessTerminal(80, 24);
    const screen = openScreen<View, null>({
      view: () => ({ rows: [] }), actions: null, onQuit: () => undefined, streams: terminal.streams, term: 'xterm',
    }, {
      headerRows: 1, header: () => undefined, tabs: [], help: [], onOpen: show,
      pages: () => [{ id: 'p', title: 'P', draw: () => undefined, keys: () => [], onKey: () => false }],
    });
    open.push(screen);
    return { terminal, screen };
  }

  it('a form takes text, masks secrets, changes choices, says what is wrong, and hands the values over', async () => {
    const submitted: FormValues[] = [];
    const { terminal } = openWith((host) => host.open(formDialog(host, {
      title: 'Form', submit: 'Do it',
      fields: [
        { kind: 'text', name: 'id', label: 'Id' },
        { kind: 'text', name: 'pin', label: 'PIN', masked: true },
        { kind: 'choice', name: 'c', label: 'Which', options: [
          { value: '1', label: 'one' }, { value: '2', label: 'two' }, { value: '3', label: 'three', whyNot: 'busy' },
        ] },
      ],
      onSubmit: (values) => {
        if (values['id'] === '') return 'Enter the id.';
        submitted.push({ ...values });
        return null;
      },
    })));
    await terminal.waitFor((t) => t.includes('Form'));
    terminal.type('\r');
    await terminal.waitFor((t) => t.includes('Enter the id.'));
    terminal.type('anx\x7fa\t4711\t\x1b[C\x1b[C\r');
    await terminal.waitFor((t) => t.includes('three: busy'));
    expect(terminal.text()).toContain('****');
    expect(terminal.text()).not.toContain('4711');
    terminal.type('\x1b[D\x1b[200~ pasted\x1b[201~\r');
    await terminal.waitFor((t) => !t.includes('Form'));
    expect(submitted).toEqual([{ id: 'ana', pin: '4711', c: '2' }]);
  });

  it('a form works with the mouse alone', async () => {
    let done = 0;
    const { terminal } = openWith((host) => host.open(formDialog(host, {
      title: 'Form', submit: 'Do it', fields: [{ kind: 'text', name: 'a', label: 'A' }],
      onSubmit: () => {
        done += 1;
        return null;
      },
    })));
    await terminal.waitFor((t) => t.includes('[ Do it ]'));
    const at = terminal.find('[ Do it ]');
    terminal.click((at?.x ?? 0) + 2, at?.y ?? 0);
    await terminal.waitFor((t) => !t.includes('Do it'));
    expect(done).toBe(1);
  });

  it('a menu refuses what is not allowed, with the reason', async () => {
    const ran: string[] = [];
    const { terminal } = openWith((host) => host.open(menuDialog(host, { title: 'Menu', items: [
      { key: 'a', label: 'Alpha', whyNot: 'not allowed now', run: () => ran.push('a') },
      { key: 'b', label: 'Beta', run: () => ran.push('b') },
    ] })));
    await terminal.waitFor((t) => t.includes('(Alpha: not allowed now)'));
    terminal.type('a');
    await terminal.waitFor((t) => t.includes('Not now: Alpha'));
    terminal.type('\r');
    await terminal.waitFor((t) => !t.includes('Beta'));
    expect(ran).toEqual(['b']);
  });

  it('tells what became of an action, also of one that fails', async () => {
    const { terminal } = openWith((host) => {
      host.open(confirmDialog(host, {
        title: 'Sure', lines: ['Really?'], run: () => host.run(() => Promise.reject(new Error('no route'))),
      }));
    });
    await terminal.waitFor((t) => t.includes('Really?'));
    terminal.type('y');
    await terminal.waitFor((t) => t.includes('It failed: no route'));
  });
});
