// The codecs of the tables about people; see codecs.ts.
import type { AccountCode, ChargeToken, Mail, Person, Vehicle } from '../core/account-rows.ts';
import type { SecondFactor } from '../core/rows.ts';
import type { RowCodec } from './columns.ts';
import { defineCodec, flag, json, nullable, text, whole } from './columns.ts';
import type { MasterKey, Wrap } from './master-key.ts';

export function accountCodecs({ secondFactors, mailCodes }: Pick<MasterKey, 'secondFactors' | 'mailCodes'>) {
  return {
    secondFactors: withWrappedFactor(secondFactors), persons, accountCodes, mails: withWrappedCode(mailCodes), vehicles,
    tokens,
  };
}

type StoredFactor = Omit<SecondFactor, 'secretBase64'> & { readonly wrappedSecret: string };
const storedFactors = defineCodec<StoredFactor>({
  table: 'second_factors', key: ['userId'],
  fields: {
    userId: text(), wrappedSecret: text(), confirmed: flag(), lastCounter: whole(), recoverySha256s: json(),
    madeAtMs: whole(),
  },
});

function withWrappedFactor(wrap: Wrap): RowCodec<SecondFactor> {
  return {
    ...storedFactors,
    encode: ({ secretBase64, ...row }) => storedFactors.encode({
      ...row, wrappedSecret: wrap.wrap(row.userId, secretBase64),
    }),
    decode: (record) => {
      const { wrappedSecret, ...row } = storedFactors.decode(record);
      return { ...row, secretBase64: wrap.unwrap(row.userId, wrappedSecret) };
    },
  };
}

const persons = defineCodec<Person>({
  table: 'people', key: ['userId'],
  fields: { userId: text(), name: text(), email: text(), emailVerified: flag(), language: text(), timeZone: text() },
});

const accountCodes = defineCodec<AccountCode>({
  table: 'account_codes', key: ['sha256'],
  fields: { sha256: text(), userId: text(), purpose: text(), activates: flag(), expiresAtMs: whole() },
});

type StoredMail = Omit<Mail, 'code'> & { readonly wrappedCode: string | null };
const storedMails = defineCodec<StoredMail>({
  table: 'mails', key: ['mailId'],
  fields: {
    mailId: text(), userId: text(), what: text(), wrappedCode: nullable(text()), state: text(), attempts: whole(),
    madeAtMs: whole(), nextAtMs: whole(), error: text(),
  },
});

function withWrappedCode(wrap: Wrap): RowCodec<Mail> {
  return {
    ...storedMails,
    encode: ({ code, ...row }) => storedMails.encode({
      ...row, wrappedCode: code === null ? null : wrap.wrap(row.mailId, Buffer.from(code).toString('base64')),
    }),
    decode: (record) => {
      const { wrappedCode, ...row } = storedMails.decode(record);
      const code = wrappedCode === null
        ? null : Buffer.from(wrap.unwrap(row.mailId, wrappedCode), 'base64').toString('utf8');
      return { ...row, code };
    },
  };
}

const vehicles = defineCodec<Vehicle>({
  table: 'vehicles', key: ['userId', 'vehicleId'],
  keyValues: (key) => key.split('#'), // `<user>#<vehicle>`, see `vehicleKey`
  fields: {
    userId: text(), vehicleId: text(), batteryWh: whole(), connectorType: text(), maxPowerW: whole(),
  },
});

const tokens = defineCodec<ChargeToken>({
  table: 'tokens', key: ['tokenId'],
  fields: {
    tokenId: text(), kind: text(), userId: text(), blocked: flag(), expiresAtMs: nullable(whole()), issuedAtMs: whole(),
  },
});
