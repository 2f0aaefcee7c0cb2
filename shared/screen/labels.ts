// Words that only screens have: titles, keys, questions. What other places say too (states, reasons, troubles) comes
// from shared/words.ts. Another language is another object of this shape.

export const LABELS = {
  help: 'Help', quit: 'Quit', yes: 'Yes', no: 'No', cancel: 'Cancel', close: 'Close', ok: 'OK', back: 'Back',
  loading: 'reading …', next: 'Next field', scroll: 'Scroll', none: 'none', never: 'never', all: 'all',
  quitQuestion: 'End this program?', filter: 'filter', filterHint: 'type to filter, Enter keeps, Esc clears',
  notNow: 'Not now', since: 'since', of: 'of', marked: 'marked', failed: 'It failed', working: 'working …',
  tooSmall: 'This window is too small: 40 columns and 10 lines at least.',
  helpTitle: 'Help', helpGeneral: 'Everywhere', helpHere: 'On this page', statusLegend: 'States and their symbols',
  generalKeys: [
    ['?', 'this help'], ['q, Ctrl-C', 'quit (asks first; Ctrl-C twice: at once)'], ['Ctrl-L', 'draw everything anew'],
    ['arrows, PgUp/PgDn', 'move; the mouse wheel scrolls'], ['Home, End', 'first and last'],
    ['/', 'filter the list by any text in it'], ['Enter, 2nd click', 'open what is selected'],
    ['Esc', 'back; closes a window, clears a filter'],
  ],
  details: 'Details',
  // columns and panels
  point: 'Point', site: 'Site', place: 'Place', state: 'State', driver: 'Driver', power: 'Power', energy: 'Energy',
  price: 'Price', cost: 'Amount', why: 'Why', messages: 'Messages', connector: 'Connector', key: 'Key', bus: 'Bus',
  central: 'EV_Central', engine: 'Engine', monitor: 'Monitor', journal: 'Journal', session: 'Session',
} as const;
