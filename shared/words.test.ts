import { describe, expect, it } from 'vitest';
import { ticketIssued } from './messages/ticket-issued.ts';
import { MESSAGES } from './messages/catalogue.ts';
import { noticeSchema } from './messages/notice.ts';
import { ACCESS_REFUSALS, REFUSALS } from './messages/refusal.ts';
import { formatClock, formatEnergy, formatMicros, formatMinuteOfDay } from './words/quantities.ts';
import { noticeText, ticketText, words } from './words.ts';

describe('the words of a refusal', () => {
  it.each([...REFUSALS])('%s is a whole sentence without any fact', (reason) => {
    expect(words().refusal[reason]({})).toMatch(/^[A-Z].*\.$/);
    expect(words().refusal[reason]({})).not.toMatch(/undefined|NaN|\(\)| {2}| \./);
  });

  it.each([...ACCESS_REFUSALS])('%s is a whole sentence without any fact', (reason) => {
    expect(words().accessRefusal[reason]({})).toMatch(/^[A-Z].*\.$/);
  });

  it.each([
    ['point-faulted', { pointId: 'ALC-01', fault: 'over-temperature' }, 'ALC-01 is broken down (too hot).'],
    ['point-out-of-order', { pointId: 'ALC-01', note: 'paint' },
      'ALC-01 was taken out of order by the operator (paint).'],
    ['balance-too-low', { balanceMinor: 120, neededMinor: 2000, currency: 'EUR' },
      'The balance of 1.20 EUR is too low: this charge needs 20.00 EUR.'],
    ['outside-hours', { fromMinute: 480, toMinute: 1320 },
      'You may not begin a charge at this time of day (allowed 08:00 to 22:00).'],
    ['locked-out', { retryAfterMs: 300_000 }, 'Too many wrong attempts: try again in 5 min.'],
    ['connector-unknown', { pointId: 'A', connectorNo: 3 }, 'A has no connector 3.'],
  ] as const)('%s names its facts', (reason, facts, sentence) => {
    expect(words().refusal[reason](facts)).toBe(sentence);
  });
});

describe('notices', () => {
  it('are sentences with the facts in them', () => {
    const examples = MESSAGES.filter((m) => m.channel === 'notices').map((m) => noticeSchema.parse(m.example));
    expect(examples.map((notice) => noticeText(notice, 'Europe/Madrid')).sort()).toEqual([
      'Accepted: ALC-01 connector 1 is asked for its authorization; 20.00 EUR held.',
      'Authorized: plug in at ALC-01 connector 1 before 05:42.',
      'Charging at ALC-01 connector 1.',
      'Invoice INV-2026-000042 is ready: 4.20 EUR.',
      'Refused: ALC-01 is broken down (too hot).',
      'Reminder: 4.20 EUR are owed. Your balance has been below zero since 2025-11-21. '
        + 'Top it up, by card or at your operator: no new charge can begin before.',
      'The charge at ALC-01 broke off: the point broke down. Provisional: 4.120 kWh, 1.74 EUR; the true end follows.',
      'The charge at ALC-01 connector 1 goes on after all, as of 05:39: 4.310 kWh, 1.82 EUR so far. '
        + 'The provisional amount no longer counts.',
      'The top-up of 20.00 EUR came to nothing: it was declined.',
      'The top-up of 20.00 EUR waits for you: confirm it before 06:09 (payment k7f2-120).',
      'Ticket k7f2-120: 10.000 kWh at ALC-01, 5.08 EUR; balance 75.80 EUR.',
      'Waiting at ALC: place 2, estimated wait 9 min.',
      'Your claim k7f2-130 for 25.300 kWh at home, 7.27 EUR, is approved.',
      'Your plan gold has lapsed: your wallet had not the fee of 9.90 EUR. There is no discount any more. '
        + 'Top up and subscribe again to have it back.',
      'Your reservation k7f2-140 begins soon: ALC-01 connector 1 from 2025-11-21 09:00 to 11:00. '
        + 'Check in before 09:15, else 5.00 EUR are charged.',
      'Your turn: ALC-01 connector 1 is kept for you until 05:42. It is free until 09:00: your charge will '
        + 'be ended then.',
    ]);
  });
});

describe('a ticket', () => {
  const ticket = ticketIssued.schema.parse(ticketIssued.example).ticket;

  it('is printed in lines of at most 60 columns, in the zone of its site', () => {
    const lines = ticketText(ticket, 'Europe/Madrid');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(lines).toContain('Started      2025-11-21 04:33:20 Europe/Madrid');
    expect(lines).toContainEqual(expect.stringMatching(/^Energy +10\.000 kWh x 0\.42\/kWh +4\.20$/));
    expect(lines).toContainEqual(expect.stringMatching(/^Without VAT +4\.20 EUR$/));
    expect(lines).toContainEqual(expect.stringMatching(/^VAT 21 % +4\.20 EUR: 0\.88 EUR$/));
    expect(lines.at(-1)).toMatch(/^Total +5\.08 EUR$/);
  });

  it('says what it corrects', () => {
    expect(ticketText({ ...ticket, kind: 'correction', corrects: ticket.ticketId })).toEqual(
      expect.arrayContaining(['Correction k7f2-120', 'Corrects     k7f2-120']));
  });
});

describe('quantities', () => {
  it.each([[0, '0.000 kWh'], [189, '0.189 kWh'], [10_250, '10.250 kWh']])('%i Wh is %s', (wh, text) => {
    expect(formatEnergy(wh)).toBe(text);
  });
  it.each([[420_000, '0.42'], [423_500, '0.4235'], [1_000_000, '1.00'], [-50_000, '-0.05'], [1, '0.000001']])(
    '%i millionths are %s', (micros, text) => {
      expect(formatMicros(micros)).toBe(text);
    });
  it('shows durations and minutes of the day', () => {
    expect(formatClock(3_661_000)).toBe('1:01:01');
    expect([570, 1440].map(formatMinuteOfDay)).toEqual(['09:30', '24:00']);
    const durations = [null, 40_000, 540_000, 5_400_000].map((ms) => words().duration(ms));
    expect(durations).toEqual(['unknown', '40 s', '9 min', '1 h 30 min']);
  });
});
