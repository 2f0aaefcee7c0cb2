import { describe, expect, it } from 'vitest';
import { siteId, userId } from '../shared/ids.ts';
import { NO_PREFERENCES, type OwnPreferences } from '../shared/messages/notification.ts';
import { choices, quietHours } from './preference-commands.ts';
import { ordersOf, preferencesText } from './preference-scripts.ts';

const ANA = userId('ana');
const ROW: OwnPreferences = {
  ...NO_PREFERENCES, name: 'Ana', email: 'ana@example.org', language: 'es', timeZone: 'Europe/Madrid',
  phone: '+34600111222', channels: { 'low-balance': [], 'charge-complete': ['sms'] }, sites: [siteId('ALC')],
  quietHours: { fromMinute: 1_320, toMinute: 420 },
};

describe('a change of preferences', () => {
  it('is no order where nothing changes', () => {
    expect(ordersOf(ANA, ROW, {})).toEqual([]);
  });

  it('leaves what it does not name as it was', () => {
    const set = choices('invoice-ready=email,push', choices('low-balance=usual'));
    const { name: _n, email: _e, language: _l, timeZone: _t, ...before } = ROW;
    expect(ordersOf(ANA, ROW, { set, phone: null, quiet: quietHours('none') })).toEqual([{
      kind: 'put-notification-preferences', userId: ANA,
      preferences: {
        ...before, phone: null, quietHours: null,
        channels: { 'charge-complete': ['sms'], 'invoice-ready': ['email', 'push'] },
      },
    }]);
  });

  it('of language and zone is one of the account, and keeps its name', () => {
    expect(ordersOf(ANA, ROW, { language: 'pt' })).toEqual([
      { kind: 'put-person', userId: ANA, profile: { name: 'Ana', language: 'pt', timeZone: 'Europe/Madrid' } },
    ]);
  });
});

describe('what somebody types', () => {
  it.each([
    ['charge-complete=none', [{ kind: 'charge-complete', channels: [] }]],
    ['charge-complete=push,push,sms', [{ kind: 'charge-complete', channels: ['push', 'sms'] }]],
  ])('%s is understood', (text, wanted) => {
    expect(choices(text)).toEqual(wanted);
  });

  it.each([
    ['charge-complete', 'must be KIND=CHANNELS'], ['charging=email', 'there is no kind "charging"'],
    ['debt=letter', 'there is no channel "letter"'], ['debt=', 'there is no channel ""'],
  ])('%s is refused with what is wrong', (text, says) => {
    expect(() => choices(text)).toThrow(says);
  });

  it.each([
    ['22:00-07:30', { fromMinute: 1_320, toMinute: 450 }], ['0:00-24:00', { fromMinute: 0, toMinute: 1_440 }],
  ])('%s are quiet hours', (text, wanted) => {
    expect(quietHours(text)).toEqual(wanted);
  });

  it.each(['22-7', '22:60-07:00', '25:00-07:00', '07:00-07:00', '24:01-07:00'])('%s are none', (text) => {
    expect(() => quietHours(text)).toThrow('two times of a day');
  });
});

it('shows what holds for each kind that drivers are told of', () => {
  const lines = preferencesText(ROW).split('\n');
  expect(lines).toEqual(expect.arrayContaining([
    'quiet hours           22:00-07:00', 'chat                  none', 'charge-complete       sms',
    'low-balance           none', 'charge-nearly-done    push (usual)',
    'debt                  sms, push (usual); the letter by e-mail always comes',
  ]));
  expect(lines.join('\n')).not.toContain('point-faulted');
});
