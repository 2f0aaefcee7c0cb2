import { describe, expect, it } from 'vitest';
import { paletteColour, screenPicture } from '../../scripts/screen-picture.ts';
import { openHeadlessTerminal } from '../screen/headless-terminal.ts';

describe('the picture of a screen', () => {
  it('has text, colours and bold as the terminal has them', async () => {
    const terminal = openHeadlessTerminal(20, 2);
    await new Promise<void>((done) => terminal.xterm.write('\x1b[1;38;5;255;48;5;28mA <&>\x1b[m plain', done));
    const svg = screenPicture(terminal.xterm, 'EV_Central');
    expect(svg).toContain('<title>EV_Central</title>');
    expect(svg).toMatch(/<rect [^>]*fill="#008700"\/><text [^>]*fill="#eeeeee" font-weight="bold">A &lt;&amp;&gt;</);
    expect(svg).toMatch(/<text [^>]*> plain *<\/text>/);
  });

  it.each([[1, '#cd3131'], [16, '#000000'], [208, '#ff8700'], [231, '#ffffff'], [232, '#080808'], [255, '#eeeeee']])(
    'gives palette colour %i as %s', (index, colour) => {
      expect(paletteColour(index)).toBe(colour);
    });
});
