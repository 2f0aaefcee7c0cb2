// The codecs of the tables about people; see codecs.ts.
import type { AccountCode, ChargeToken, ContactPreferences, Mail, Person, Vehicle } from '../core/account-rows.ts';
import { defineCodec, flag, json, nullable, text, whole } from './columns.ts';

export const persons = defineCodec<Person>({
  table: 'people', key: ['userId'],
  fields: { userId: text(), name: text(), email: nullable(text()), language: text(), timeZone: text() },
});

export const accountCodes = defineCodec<AccountCode>({
  table: 'account_codes', key: ['codeId'],
  fields: {
    codeId: text(), purpose: text(), userId: nullable(text()), email: text(), registration: nullable(json()),
    expiresAtMs: whole(),
  },
});

export const mails = defineCodec<Mail>({
  table: 'mails', key: ['mailId'],
  fields: {
    mailId: text(), userId: nullable(text()), what: text(), email: text(), language: text(), state: text(),
    failures: whole(), madeAtMs: whole(), nextAtMs: whole(), error: text(), facts: nullable(json()),
  },
});

export const vehicles = defineCodec<Vehicle>({
  table: 'vehicles', key: ['userId', 'vehicleId'],
  keyValues: (key) => key.split('#'), // `<user>#<vehicle>`, see `vehicleKey`
  fields: {
    userId: text(), vehicleId: text(), batteryWh: whole(), connectorType: text(), maxPowerW: whole(),
  },
});

export const tokens = defineCodec<ChargeToken>({
  table: 'tokens', key: ['tokenId'],
  fields: {
    tokenId: text(), kind: text(), userId: text(), blocked: flag(), expiresAtMs: nullable(whole()), issuedAtMs: whole(),
  },
});

export const contactPreferences = defineCodec<ContactPreferences>({
  table: 'contact_preferences', key: ['userId'],
  fields: {
    userId: text(), phone: nullable(text()), chat: nullable(text()), quietHours: nullable(json()), channels: json(),
    sites: json(), allSites: flag(), push: json(),
  },
});
